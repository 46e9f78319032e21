import { packFiles } from '@windlass/function-package';
import { createRequest, demoClient, nodeFunction, uniqueName } from './harness/deploy.js';
import { fg, refusal, wire } from './harness/tenant.js';

// Through the official SDK, as npm delivers it.
describe('tags and test events, through the official Node.js SDK', () => {
  const client = demoClient();
  let urn: string;

  beforeAll(async () => {
    const zip = await packFiles(nodeFunction(`http.createServer((_, response) => response.end('hello')).listen(8000, '127.0.0.1');`));
    const request = createRequest(uniqueName('tagged'), zip);
    request.body?.withTags('[{"key":"born","value":"with"}]');
    urn = wire<{ func_urn: string }>(await client.createFunction(request)).func_urn;
  });
  afterAll(() => client.deleteFunction(new fg.DeleteFunctionRequest(urn)));

  it('tags are created, listed, searched and deleted', async () => {
    expect(wire(await client.listFunctionTags(new fg.ListFunctionTagsRequest('functions', urn)))).toMatchObject({ tags: [{ key: 'born', value: 'with' }] });
    await client.deleteTags(new fg.DeleteTagsRequest('functions', urn).withBody({ tags: [{ key: 'born' }] } as never));
    const key = uniqueName('key');
    const tags = [new fg.KvItem().withKey(key).withValue('blue'), new fg.KvItem().withKey('ключ').withValue('значение')];
    const created = await client.createTags(new fg.CreateTagsRequest('functions', urn).withBody(new fg.UpdateFunctionTagsRequestBody().withAction('create' as never).withTags(tags as never)));
    expect(created).toMatchObject({ httpStatusCode: 204 });
    expect(wire(await client.listFunctionTags(new fg.ListFunctionTagsRequest('functions', urn)))).toMatchObject({ tags: [{ key, value: 'blue' }, { key: 'ключ', value: 'значение' }] });
    expect(wire<{ tags: unknown[] }>(await client.showProjectTagsList(new fg.ShowProjectTagsListRequest('functions'))).tags).toContainEqual({ key, values: ['blue'] });
    // Without its version, as Terraform deletes.
    const withoutVersion = urn.replace(/:latest$/, '');
    await client.deleteTags(new fg.DeleteTagsRequest('functions', withoutVersion).withBody({ tags: [{ key }] } as never));
    expect(wire(await client.listFunctionTags(new fg.ListFunctionTagsRequest('functions', urn)))).toMatchObject({ tags: [{ key: 'ключ', value: 'значение' }] });
  });

  it('the log group of a project whose functions write logs is there', async () => {
    expect(await refusal(client.enableLtsLogs(new fg.EnableLtsLogsRequest()))).toMatchObject({ status: 400, code: 'FSS.1221' });
    expect(wire(await client.showLtsLogDetails(new fg.ShowLtsLogDetailsRequest(urn)))).toMatchObject({ group_name: 'functiongraph.log.group.default' });
  });

  it('test events are created, read, changed and deleted', async () => {
    const content = Buffer.from('{"httpMethod":"GET","path":"/"}').toString('base64');
    const { id } = wire<{ id: string }>(await client.createEvent(new fg.CreateEventRequest(urn).withBody({ name: 'get-root', content } as never)));
    expect(wire(await client.showEvent(new fg.ShowEventRequest(urn).withEventId(id)))).toMatchObject({ id, name: 'get-root', content });
    await client.updateEvent(new fg.UpdateEventRequest(urn).withEventId(id).withBody({ content: 'e30=' } as never));
    const { events, count } = wire<{ events: { last_modified?: number }[]; count: number }>(await client.listEvents(new fg.ListEventsRequest(urn)));
    expect([events.length, count]).toEqual([1, 1]);
    expect(events[0]).toMatchObject({ id, name: 'get-root', last_modified: expect.any(Number) });
    expect(await client.deleteEvent(new fg.DeleteEventRequest(urn).withEventId(id))).toMatchObject({ httpStatusCode: 204 });
    expect(await refusal(client.showEvent(new fg.ShowEventRequest(urn).withEventId(id)))).toMatchObject({ status: 404, code: 'FSS.1070' });
  });
});
