import { demoClient, deploy, eventually, nodeFunction, type Deployed } from './harness/deploy.js';
import { sign } from '@windlass/request-signing';
import { credentials, fg, TokenClient, wire } from './harness/tenant.js';

interface LogRow {
  readonly content: string;
  readonly line_num: string;
  readonly labels: Record<string, string>;
}

describe('what a function writes', () => {
  let deployed: Deployed;
  let tenant: TokenClient;
  let place: string;
  const requestIds: string[] = [];
  const started = Date.now() - 60_000;

  /** Searches the stream of the function, which its configuration names. */
  async function search(query: object): Promise<LogRow[]> {
    const { status, body } = await tenant.call('POST', `${place}/content/query`, { start_time: String(started), end_time: String(Date.now() + 60_000), limit: 100, highlight: false, ...query });
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return (body as { logs: LogRow[] }).logs;
  }

  beforeAll(async () => {
    deployed = await deploy(
      nodeFunction(`console.log('starting up');
        http.createServer((request, response) => {
          console.log('handling order ' + request.url.slice(1) + ' größe');
          console.error('careful: oops-' + request.url.slice(1));
          response.end('done');
        }).listen(8000, '127.0.0.1');`),
    );
    tenant = await TokenClient.logIn(credentials().demo);
    for (const order of ['alpha', 'beta']) {
      const answer = await demoClient().invokeFunction(new fg.InvokeFunctionRequest(deployed.urn).withBody({ httpMethod: 'GET', path: `/${order}` } as never));
      requestIds.push((answer as unknown as { 'X-Cff-Request-Id': string })['X-Cff-Request-Id']);
    }
    const detail = wire<{ group_id: string; stream_id: string }>(await demoClient().showLtsLogDetails(new fg.ShowLtsLogDetailsRequest(deployed.urn)));
    place = `/groups/${detail.group_id}/streams/${detail.stream_id}`;
    await eventually(() => search({}), (rows) => rows.some(({ content }) => content.includes('oops-beta')));
  });

  afterAll(() => deployed.remove());

  it('is found by function and version, stdout and stderr, in the order it was written', async () => {
    const rows = await search({ labels: { function: deployed.name, version: 'latest' } });
    const written = rows.map(({ content }) => content).filter((content) => /starting up|handling order/.test(content));
    expect(written).toEqual(['starting up', 'handling order alpha größe', 'handling order beta größe']);
    expect(rows.find(({ content }) => content === 'careful: oops-alpha')?.labels).toMatchObject({ stream: 'stderr', function: deployed.name });
  });

  it('is found by request id, and nothing of another request', async () => {
    const rows = await search({ labels: { request_id: requestIds[1] } });
    expect(rows.some(({ content }) => content.includes('order beta'))).toBe(true);
    expect(rows.some(({ content }) => content.includes('alpha'))).toBe(false);
  });

  it('is found by text: words, phrases, wildcards, not', async () => {
    expect((await search({ keywords: 'handling AND beta' })).map(({ content }) => content)).toEqual(['handling order beta größe']);
    expect((await search({ keywords: '#"order alpha"' })).map(({ content }) => content)).toEqual(['handling order alpha größe']);
    expect((await search({ keywords: 'oops-al*' })).map(({ content }) => content)).toEqual(['careful: oops-alpha']);
    expect((await search({ keywords: 'handling not alpha' })).map(({ content }) => content)).toEqual(['handling order beta größe']);
  });

  it('can be read in pages, newest first too', async () => {
    const all = await search({ is_desc: true });
    const [first, second] = [await search({ is_desc: true, limit: 2 }), await search({ is_desc: 'true', limit: '2', line_num: all[1]?.line_num })];
    expect([...first, ...second].map(({ line_num: line }) => line)).toEqual(all.slice(0, 4).map(({ line_num: line }) => line));
  });

  it('is counted by time, shown with what stands around it, and analysed', async () => {
    const window = { start_time: String(started), end_time: String(Date.now() + 60_000) };
    const [, groupId, , streamId] = place.slice(1).split('/');
    const histogram = await tenant.call('POST', '/lts/keyword-count', { ...window, group_id: groupId, stream_id: streamId, step_interval: '60000', key_word: 'handling' });
    expect(histogram).toMatchObject({ status: 200, body: { count: 2, isQueryComplete: true } });
    const [row] = await search({ keywords: 'oops-alpha' });
    const context = await tenant.call('POST', `${place}/context`, { line_num: row?.line_num, backwards_size: 1, forwards_size: 1 });
    expect((context.body as { logs: LogRow[] }).logs.map(({ line_num: line }) => line)).toContain(row?.line_num);
    const query = 'handling | select function, count(*) as lines group by function';
    const analysed = await tenant.call('POST', `${place}/content/query`, { ...window, query, is_analysis_query: true });
    expect(analysed.body).toMatchObject({ analysisLogs: [{ function: deployed.name, lines: 2 }] });
  });

  it('is followed as it is written', async () => {
    const { api, demo } = credentials();
    const target = `/windlass/v1/${demo.project_id}${place.replace('/groups/', '/log-groups/')}/tail?keywords=gamma&label=stream%3Dstdout`;
    const headers = sign({ method: 'GET', requestTarget: target, headers: [{ name: 'host', value: new URL(api).host }], body: Buffer.alloc(0) }, { accessKey: demo.access_key, secretKey: demo.secret_key, now: new Date() });
    const hangUp = new AbortController();
    const answer = await fetch(`${api}${target}`, { headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])), signal: hangUp.signal });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const events = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await events.read()).value ?? '';
    await demoClient().invokeFunction(new fg.InvokeFunctionRequest(deployed.urn).withBody({ httpMethod: 'GET', path: '/gamma' } as never));
    while (!text.includes('event: line')) text += (await events.read()).value ?? '';
    hangUp.abort();
    expect(text).toMatch(/id: \d{19}\nevent: line\ndata: \{"content":"handling order gamma größe"/);
  });

  it('is nobody else’s to read', async () => {
    const other = await TokenClient.logIn(credentials().admin);
    const { status, body } = await other.call('POST', `${place}/content/query`, { start_time: String(started), end_time: String(Date.now()) });
    expect({ status, body }).toMatchObject({ status: 404, body: { error_msg: expect.stringContaining('does not existed') } });
  });
});
