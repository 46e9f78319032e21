import { packFiles } from '@windlass/function-package';
import { createRequest, demoClient, deploy, nodeFunction, uniqueName } from './harness/deploy.js';
import { credentials, fg, refusal, sdkClient, TokenClient } from './harness/tenant.js';

const BOOTSTRAP = { name: 'bootstrap', content: '#!/bin/sh\nexec node server.mjs\n', executable: true };
const HELLO = nodeFunction(`http.createServer((_, response) => response.end('hello')).listen(8000, '127.0.0.1');`);

// What the founding document forbids.
describe('the platform refuses', () => {
  const client = demoClient();

  it.each([
    ['an empty name', ''],
    ['61 characters', 'a'.repeat(61)],
    ['a name that starts with a digit', '1abc'],
    ['a name that ends with a hyphen', 'abc-'],
    ['a name with a blank', 'a b'],
    ['a name with a letter of another alphabet', 'аbc'],
    ['a name with a slash', 'a/b'],
  ])('%s', async (_what, name) => {
    expect(await refusal(client.createFunction(createRequest(name, await packFiles(HELLO))))).toMatchObject({ status: 400, code: 'FSS.1002' });
  });

  it('nothing of a name with 60 characters', async () => {
    const deployed = await deploy(HELLO, { name: `a${'b-_'.repeat(19)}c1` });
    expect(deployed.name).toHaveLength(60);
    await deployed.remove();
  });

  it('a package without bootstrap, and says where one lies that was zipped a folder too deep', async () => {
    const none = refusal(client.createFunction(createRequest(uniqueName('none'), await packFiles([{ name: 'index.js', content: '' }]))));
    expect(await none).toMatchObject({ status: 400, message: expect.stringContaining('bootstrap') });
    const deeper = refusal(client.createFunction(createRequest(uniqueName('deeper'), await packFiles([{ ...BOOTSTRAP, name: 'app/bootstrap' }]))));
    expect(await deeper).toMatchObject({ status: 400, message: expect.stringContaining('app/bootstrap') });
  });

  it('the asynchronous invocation of an HTTP function', async () => {
    const { demo } = credentials();
    const call = client.asyncInvokeFunction(new fg.AsyncInvokeFunctionRequest(demo.function_urn).withBody({}));
    expect(await refusal(call)).toMatchObject({ status: 400, message: expect.stringMatching(/asynchronous/i) });
  });

  it('a response over 6 MB, through the API and through the URL, with a length and without, and goes on serving', async () => {
    const limit = 6_291_456;
    const deployed = await deploy(
      nodeFunction(`http.createServer((request, response) => {
        const [kind, size] = request.url.split('/').slice(-2);
        const body = Buffer.alloc(Number(size), 'x');
        if (kind === 'chunked') { response.write(body.subarray(0, 10)); response.end(body.subarray(10)); } else response.end(body);
      }).listen(8000, '127.0.0.1');`),
      { path: `/${uniqueName('big')}` },
    );
    for (const kind of ['whole', 'chunked']) {
      const accepted = await fetch(`${deployed.url}/${kind}/${limit}`);
      expect({ kind, status: accepted.status, length: (await accepted.arrayBuffer()).byteLength }).toEqual({ kind, status: 200, length: limit });
      const refused = await fetch(`${deployed.url}/${kind}/${limit + 1}`);
      expect({ kind, status: refused.status, body: await refused.json() }).toMatchObject({ kind, status: 502, body: { error_code: 'FSS.4004', error_msg: expect.stringContaining('6291456') } });
      const event = { httpMethod: 'GET', path: `/x/${kind}/${limit + 1}` };
      expect(await refusal(client.invokeFunction(new fg.InvokeFunctionRequest(deployed.urn).withBody(event as never)))).toMatchObject({ code: 'FSS.4004' });
    }
    expect((await fetch(`${deployed.url}/whole/1`)).status).toBe(200);
    await deployed.remove();
  });

  it('a request over 6 MB', async () => {
    const { demo } = credentials();
    const response = await fetch(demo.url, { method: 'POST', body: Buffer.alloc(6_291_457) });
    expect({ status: response.status, body: await response.json() }).toMatchObject({ status: 413, body: { error_msg: expect.stringContaining('6291456') } });
  });

  it.each(['TIMER', 'OBS', 'SMN', 'KAFKA', 'LTS', 'CTS', 'NONSENSE'])('a trigger of type %s on an HTTP function', async (type) => {
    const body = new fg.CreateFunctionTriggerRequestBody(type as never, { name: 't' } as never);
    const call = client.createFunctionTrigger(new fg.CreateFunctionTriggerRequest(credentials().demo.function_urn).withBody(body));
    expect(await refusal(call)).toMatchObject({ status: 400, code: 'FSS.1101' });
  });

  it('the 401st function of an account, and takes another once one is gone', async () => {
    // The administrator's own account, so that the demo tenant's other tests are not in the way.
    const { admin } = credentials();
    const administrator = sdkClient(admin);
    const zip = await packFiles(HELLO);
    const create = (index: number) => administrator.createFunction(createRequest(`quota-${index}x`, zip, { memoryMb: 128 }));
    for (let index = 0; index < 400; index += 8) await Promise.all(Array.from({ length: 8 }, (_, offset) => create(index + offset)));
    expect(await refusal(create(400))).toMatchObject({ status: 403, code: 'FSS.1041', message: expect.stringContaining('400') });
    const urn = `urn:fss:${credentials().region}:${admin.project_id}:function:default`;
    await administrator.deleteFunction(new fg.DeleteFunctionRequest(`${urn}:quota-7x`));
    // Two at once for the one place: exactly one wins.
    const race = await Promise.allSettled([create(401), create(402)]);
    expect(race.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const tenant = await TokenClient.logIn(admin);
    const { body } = await tenant.call('GET', '/fgs/quotas');
    expect((body as { quotas: { resources: object[] } }).quotas.resources).toContainEqual(expect.objectContaining({ type: 'fgs_func_num', quota: 400, used: 400 }));
  });
});
