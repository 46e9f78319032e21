import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startTestGateway, type TestGateway } from './testing/test-gateway.js';
import { GROUP } from './testing/route.js';
import { RawClient } from './testing/raw-client.js';
import { startRawWorker, startWorkerServer, type TestWorker } from './testing/worker.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** Answers with all that it was asked. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const { method, url, rawHeaders, rawTrailers } = request;
  response.end(JSON.stringify({ method, url, rawHeaders, rawTrailers, body: body.toString('latin1') }));
}

describe('a request and its answer', () => {
  let worker: TestWorker;
  let gateway: TestGateway;
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = echo;
  const clients: RawClient[] = [];

  async function client(): Promise<RawClient> {
    const made = await RawClient.connect(gateway.port);
    clients.push(made);
    return made;
  }

  beforeAll(async () => {
    worker = await startWorkerServer((request, response) => void handle(request, response));
    gateway = await startTestGateway({ workerSockets: [worker.socketPath] });
  });

  afterEach(() => {
    handle = echo;
    for (const made of clients.splice(0)) made.destroy();
  });

  afterAll(async () => {
    await gateway.ingress.close();
    await worker.close();
  });

  it('reach each other unchanged, with the request id on both sides', async () => {
    const raw = await client();
    raw.send(`PUT /${GROUP}/a%2Fb//c?x=%20&x=2&y HTTP/1.1\r\nhOST: h:1\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\nContent-LENGTH: 5\r\n\r\nh\xe9llo`);
    const { head, body } = await raw.answer();
    const seen = JSON.parse(Buffer.from(body, 'latin1').toString()) as { rawHeaders: string[] };
    expect(seen).toMatchObject({ method: 'PUT', url: '/a%2Fb//c?x=%20&x=2&y', body: 'h\xe9llo' });
    expect(seen.rawHeaders.slice(0, 10)).toEqual(['hOST', 'h:1', 'X-B', '1', 'x-a', '2', 'X-B', '3', 'Content-LENGTH', '5']);
    expect(head.headers.get('x-request-id')).toMatch(UUID);
    expect(seen.rawHeaders[seen.rawHeaders.indexOf('x-windlass-request-id') + 1]).toBe(head.headers.get('x-request-id'));
    expect(seen.rawHeaders[seen.rawHeaders.indexOf('X-Forwarded-Prefix') + 1]).toBe(`/${GROUP}`);
    expect(seen.rawHeaders[seen.rawHeaders.indexOf('X-Forwarded-For') + 1]).toBe('127.0.0.1');
  });

  it('find each other by the host name, whose path stays whole', async () => {
    const raw = await client();
    raw.send(`GET /a?b HTTP/1.1\r\nHost: ${GROUP}.example.test\r\n\r\n`);
    const seen = JSON.parse((await raw.answer()).body) as { url: string; rawHeaders: string[] };
    expect(seen.url).toBe('/a?b');
    expect(seen.rawHeaders).not.toContain('X-Forwarded-Prefix');
  });

  it('find each other when the target is a whole URI', async () => {
    const raw = await client();
    raw.send(`GET http://h/${GROUP}/a?b HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(JSON.parse((await raw.answer()).body)).toMatchObject({ url: '/a?b' });
  });

  it('keep status, reason, repeated fields, and the length of the answer', async () => {
    handle = (_request, response) => {
      response.writeHead(418, 'Short and stout', ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'Content-Length', '3']);
      response.end('tea');
    };
    const raw = await client();
    raw.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const { head, body } = await raw.answer();
    expect(head).toMatchObject({ status: 418, reasonPhrase: 'Short and stout', body: { kind: 'length', length: 3 }, keepAlive: true });
    expect(head.headers.getAll('set-cookie')).toEqual(['a=1', 'b=2']);
    expect(body).toBe('tea');
  });

  it('may both be chunked, with trailers', async () => {
    handle = async (request, response) => {
      const body = await bodyOf(request);
      response.writeHead(200, { Trailer: 'X-Sum' });
      response.write(body.subarray(0, 3));
      response.addTrailers({ 'X-Sum': JSON.stringify(request.trailers) });
      response.end(body.subarray(3));
    };
    const raw = await client();
    raw.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n`);
    raw.send('2\r\nde\r\n0\r\nX-In: 1\r\nX-CFF-Request-Id: forged\r\n\r\n');
    const { head, body, trailers } = await raw.answer();
    expect([head.body.kind, body]).toEqual(['chunked', 'abcde']);
    expect(trailers).toEqual([['X-Sum', '{"x-in":"1"}']]);
  });

  it('may be large in both directions', async () => {
    handle = async (request, response) => {
      const body = await bodyOf(request);
      response.end(Buffer.concat(Array.from({ length: 8 }, () => body)));
    };
    const sent = randomBytes(5 * 1024 * 1024);
    const raw = await client();
    raw.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: ${sent.length}\r\n\r\n`);
    raw.send(sent);
    const { body } = await raw.answer();
    const expected = createHash('sha256');
    for (let count = 0; count < 8; count += 1) expected.update(sent);
    expect(createHash('sha256').update(Buffer.from(body, 'latin1')).digest('hex')).toBe(expected.digest('hex'));
  });

  it.each([
    ['share one connection to the worker with the next ones', `GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`, 1],
    ['have a connection to the worker of their own when they may not be sent twice', `POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx`, 5],
  ])('%s', async (_, text, connections) => {
    const own = await startWorkerServer((request, response) => void echo(request, response));
    const one = await startTestGateway({ workerSockets: [own.socketPath] });
    const raw = await RawClient.connect(one.port);
    for (let count = 0; count < 5; count += 1) {
      raw.send(text);
      expect((await raw.answer()).head).toMatchObject({ status: 200, keepAlive: true });
    }
    expect(own.connections()).toBe(connections);
    raw.destroy();
    await one.ingress.close();
    await own.close();
  });

  it('are answered in order when many requests come at once', async () => {
    const raw = await client();
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    raw.send(numbers.map((n) => `POST /${GROUP}/${n} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab`).join(''));
    const urls: string[] = [];
    for (const _ of numbers) urls.push((JSON.parse((await raw.answer()).body) as { url: string }).url);
    expect(urls).toEqual(numbers.map((n) => `/${n}`));
  });

  it('wait for each other when the client expects to be asked for the body', async () => {
    const raw = await client();
    raw.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`);
    expect(await raw.bytes(25)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    raw.send('ab');
    const { body } = await raw.answer();
    const seen = JSON.parse(body) as { body: string; rawHeaders: string[] };
    expect(seen.body).toBe('ab');
    expect(seen.rawHeaders).not.toContain('Expect');
  });

  it.each([
    ['HEAD', 200, { 'Content-Length': '5' }],
    ['GET', 204, {}],
    ['GET', 304, { ETag: 'x' }],
  ] as const)('may have no body: %s %s', async (method, status, headers) => {
    handle = (request, response) => (request.url === '/next' ? response.end('next') : response.writeHead(status, headers).end());
    const raw = await client();
    raw.send(`${method} /${GROUP}/ HTTP/1.1\r\nHost: h\r\n\r\nGET /${GROUP}/next HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect((await raw.answer(method)).head).toMatchObject({ status, body: { kind: 'none' } });
    expect((await raw.answer()).body).toBe('next');
  });

  it('pass interim answers on', async () => {
    handle = (_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end('done'));
    };
    const raw = await client();
    raw.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(await raw.answer()).toMatchObject({ interim: [103], body: 'done' });
  });

  it('speak HTTP/1.0 with a client that does', async () => {
    handle = (_request, response) => {
      response.write('in ');
      response.end('chunks');
    };
    const raw = await client();
    raw.send(`GET /${GROUP} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`);
    const { head, body } = await raw.answer();
    expect([head.body.kind, body, head.keepAlive]).toEqual(['until-close', 'in chunks', false]);
  });

  it('keep the connection of an HTTP/1.0 client that asks for it', async () => {
    handle = (_request, response) => response.writeHead(200, { 'Content-Length': '2' }).end('ok');
    const raw = await client();
    for (let count = 0; count < 2; count += 1) {
      raw.send(`GET /${GROUP} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`);
      expect((await raw.answer()).head.headers.get('connection')).toBe('keep-alive');
    }
  });

  it('close the connection when the client wants it', async () => {
    const raw = await client();
    raw.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    expect((await raw.answer()).head.headers.get('connection')).toBe('close');
    expect(await raw.closed()).toBe('');
  });

  it('may overtake each other: an answer that comes before the whole body is passed on, and ends the connection', async () => {
    handle = (_request, response) => response.writeHead(403).end('no need');
    const raw = await client();
    raw.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nbegin`);
    expect(await raw.answer()).toMatchObject({ head: { status: 403 }, body: 'no need' });
    raw.send('x'.repeat(50_000));
    expect(await raw.closed()).toBe('');
  });

  it('end together: a client that goes away takes its request with it', async () => {
    const arrived = new Promise<IncomingMessage>((resolve) => {
      handle = (request) => resolve(request);
    });
    const raw = await client();
    raw.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const request = await arrived;
    raw.socket.resetAndDestroy();
    await once(request.socket, 'close');
  });

  it('switch to WebSocket together, bytes untouched in both directions', async () => {
    worker.server.once('upgrade', (request: IncomingMessage, socket: NodeJS.WritableStream & NodeJS.ReadableStream, first: Buffer) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: yes\r\n\r\nhello ');
      socket.write(first);
      socket.pipe(socket);
      expect(request.headers['sec-websocket-key']).toBe('k');
    });
    const raw = await client();
    raw.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: k\r\n\r\n`);
    const { head } = await raw.answer();
    expect([head.status, head.upgrade, head.headers.get('sec-websocket-accept')]).toEqual([101, 'websocket', 'yes']);
    expect(await raw.bytes(6)).toBe('hello ');
    const bytes = randomBytes(300_000);
    raw.send(bytes);
    expect(await raw.bytes(bytes.length)).toBe(bytes.toString('latin1'));
    raw.destroy();
  });

  it('stay with HTTP when the function does not want to switch', async () => {
    const raw = await client();
    // A server without a listener for upgrades answers them as ordinary requests.
    raw.send(`GET /${GROUP}/plain HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    expect(JSON.parse((await raw.answer()).body)).toMatchObject({ url: '/plain' });
  });
});

describe('an answer that only the end of the connection ends', () => {
  it('is passed on in chunks', async () => {
    const worker = await startRawWorker((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'));
    });
    const gateway = await startTestGateway({ workerSockets: [worker.socketPath] });
    const raw = await RawClient.connect(gateway.port);
    raw.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const { head, body } = await raw.answer();
    expect([head.body.kind, body, head.keepAlive]).toEqual(['chunked', 'until the end', true]);
    raw.destroy();
    await gateway.ingress.close();
    await worker.close();
  });
});
