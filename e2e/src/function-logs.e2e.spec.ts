import { demoClient, deploy, eventually, nodeFunction, type Deployed } from './harness/deploy.js';
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

  it('is nobody else’s to read', async () => {
    const other = await TokenClient.logIn(credentials().admin);
    const { status, body } = await other.call('POST', `${place}/content/query`, { start_time: String(started), end_time: String(Date.now()) });
    expect({ status, body }).toMatchObject({ status: 404, body: { error_msg: expect.stringContaining('does not existed') } });
  });
});
