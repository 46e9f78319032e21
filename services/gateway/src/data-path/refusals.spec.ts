import { Http1Error } from '@windlass/http1';
import { refusalBytes, refusals, type Refusal } from './refusal.js';
import { Fixture, expectRefusal } from './testing/fixture.js';
import { GROUP, makeRoute } from './testing/route.js';

const fixture = new Fixture();
afterEach(() => fixture.clean());

describe('a request is refused', () => {
  it.each([
    ['for an unknown group', `GET /${'f'.repeat(32)}/ HTTP/1.1\r\nHost: h\r\n\r\n`, 404, 'APIG.0101'],
    ['without an address', 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 404, 'APIG.0101'],
    ['for the whole server', 'OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n', 404, 'APIG.0101'],
    ['as a tunnel', 'CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n', 501, 'APIG.0607'],
    ['with two lengths', `POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400, 'APIG.0201'],
    ['with an unknown coding', `POST /${GROUP} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n`, 501, 'APIG.0201'],
    ['with a bare LF', `GET /${GROUP} HTTP/1.1\nHost: h\n\n`, 400, 'APIG.0201'],
    ['without Host', `GET /${GROUP} HTTP/1.1\r\n\r\n`, 400, 'APIG.0201'],
    ['in HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505, 'APIG.0201'],
    ['with a broken chunk', `POST /${GROUP} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`, 400, 'APIG.0201'],
    ['with a line that is too long', `GET /${GROUP}/${'x'.repeat(40_000)} HTTP/1.1\r\nHost: h\r\n\r\n`, 414, 'APIG.0201'],
    ['with a head that is too large', `GET /${GROUP} HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, 431, 'APIG.0201'],
    ['with too many fields', `GET /${GROUP} HTTP/1.1\r\nHost: h\r\n${'X: 1\r\n'.repeat(200)}\r\n`, 431, 'APIG.0201'],
  ])('%s', async (_, text, status, code) => {
    const worker = await fixture.answering('ok');
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
    client.send(text);
    expectRefusal(await client.answer(), status, code);
  });

  it('while its trigger is disabled, before anything is asked of the caller', async () => {
    const worker = await fixture.answering('ok');
    const gateway = await fixture.gateway({ workerSockets: [worker.socketPath], known: [makeRoute({ disabled: true, auth: 'IAM' })] });
    const client = await fixture.client(gateway);
    client.send(`GET /${GROUP}/x HTTP/1.1\r\nHost: h\r\n\r\n`);
    expectRefusal(await client.answer(), 503, 'APIG.0202', /disabled/);
    const enabled = makeRoute({ revision: 8 });
    gateway.routes.apply({ routeId: enabled.route_id, groupId: GROUP, revision: 8, route: enabled });
    client.send(`GET /${GROUP}/x HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect((await client.answer()).body).toBe('ok');
  });

  it('without losing the connection, when its end is known', async () => {
    const worker = await fixture.answering('ok');
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
    client.send(`GET /unknown HTTP/1.1\r\nHost: h\r\n\r\nGET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expectRefusal(await client.answer(), 404, 'APIG.0101');
    expect((await client.answer()).body).toBe('ok');
  });

  it.each(['h2c', 'websocket'])('as the second one of a client that wanted to switch to %s: it may be of that protocol', async (protocol) => {
    const worker = await fixture.answering('ok');
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\nGET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(await client.answer()).toMatchObject({ head: { status: 200, keepAlive: false }, body: 'ok' });
    expect(await client.closed()).toBe('');
  });

  it('with a head alone when it is HEAD', async () => {
    const client = await fixture.client(await fixture.gateway({ workerSockets: [] }));
    client.send('HEAD /unknown HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    const { head } = await client.answer('HEAD');
    expect([head.status, Number(head.headers.get('content-length')) > 50]).toEqual([404, true]);
    expect(await client.closed()).toBe('');
  });
});

describe('a refusal that may pass', () => {
  // What the arguments say does not matter here, but for the status of a malformed request.
  const all = Object.entries(refusals).map(([name, make]) => [name, (make as (...given: unknown[]) => Refusal)(new Http1Error('BAD_HOST', 'x'))] as const);

  it.each(all)('says when to try again, and no other does: %s', (_name, refusal) => {
    const text = refusalBytes(refusal, 'r1', { keepAlive: true, withBody: true }).toString();
    const mayPass = refusal.status === 429 || refusal.status === 503;
    expect(/\r\nRetry-After: [1-9]\d*\r\n/.test(text)).toBe(mayPass);
  });
});
