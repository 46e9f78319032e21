import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IngressOptions } from './ingress.js';
import { DOMAIN, GROUP, makeRoute } from './testing/route.js';
import { RawClient, type Answer } from './testing/raw-client.js';
import { startTestGateway, type TestGateway } from './testing/test-gateway.js';
import { startRawWorker, startWorkerServer, type TestWorker } from './testing/worker.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startWorker(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestWorker> {
  const worker = await startWorkerServer(listener);
  cleanups.push(() => worker.close());
  return worker;
}

async function startGateway(options: Parameters<typeof startTestGateway>[0]): Promise<TestGateway> {
  const gateway = await startTestGateway(options);
  cleanups.push(() => gateway.ingress.close());
  return gateway;
}

async function connect(gateway: TestGateway): Promise<RawClient> {
  const client = await RawClient.connect(gateway.port);
  cleanups.push(() => client.destroy());
  return client;
}

const answering = (text: string) => startWorker((request, response) => void request.resume().on('end', () => response.end(text)));

function expectRefusal(answer: Answer, status: number, code: string, message?: RegExp): void {
  const { head, body } = answer;
  const said = JSON.parse(body) as { error_code: string; error_msg: string; request_id: string };
  expect([head.status, said.error_code]).toEqual([status, code]);
  expect(head.headers.get('content-type')).toBe('application/json');
  expect(said.request_id).toMatch(UUID);
  expect(head.headers.get('x-request-id')).toBe(said.request_id);
  if (message !== undefined) expect(said.error_msg).toMatch(message);
}

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
    const worker = await answering('ok');
    const client = await connect(await startGateway({ workerSockets: [worker.socketPath] }));
    client.send(text);
    expectRefusal(await client.answer(), status, code);
  });

  it('without losing the connection, when its end is known', async () => {
    const worker = await answering('ok');
    const client = await connect(await startGateway({ workerSockets: [worker.socketPath] }));
    client.send(`GET /unknown HTTP/1.1\r\nHost: h\r\n\r\nGET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expectRefusal(await client.answer(), 404, 'APIG.0101');
    expect((await client.answer()).body).toBe('ok');
  });

  it('with a head alone when it is HEAD', async () => {
    const client = await connect(await startGateway({ workerSockets: [] }));
    client.send('HEAD /unknown HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    const { head } = await client.answer('HEAD');
    expect([head.status, Number(head.headers.get('content-length')) > 50]).toEqual([404, true]);
    expect(await client.closed()).toBe('');
  });
});

describe('the limit of a request body', () => {
  const limits = { maxBodyBytes: 1000 };

  it('holds before anything is forwarded when the length is declared', async () => {
    let requests = 0;
    const worker = await startWorker((_request, response) => {
      requests += 1;
      response.end();
    });
    const client = await connect(await startGateway({ workerSockets: [worker.socketPath], limits }));
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n`);
    const answer = await client.answer();
    expectRefusal(answer, 413, 'APIG.0201', /1000 bytes/);
    expect([answer.interim, requests]).toEqual([[], 0]);
    await client.closed();
  });

  it('holds for chunks, and the worker sees the request broken off', async () => {
    const aborted = Promise.withResolvers<void>();
    const worker = await startWorker((request) => void request.resume().on('error', () => aborted.resolve()));
    const client = await connect(await startGateway({ workerSockets: [worker.socketPath], limits }));
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n${'x'.repeat(1000)}\r\n`);
    await once(worker.server, 'request');
    client.send('1\r\nx\r\n');
    expectRefusal(await client.answer(), 413, 'APIG.0201', /1000 bytes/);
    await aborted.promise;
  });

  it('lets exactly that many bytes pass', async () => {
    const worker = await answering('ok');
    const client = await connect(await startGateway({ workerSockets: [worker.socketPath], limits }));
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(1000)}`);
    expect((await client.answer()).body).toBe('ok');
  });
});

describe('the limits of time', () => {
  it('end a head that does not come to its end', async () => {
    const client = await connect(await startGateway({ workerSockets: [], limits: { headerTimeoutMs: 50 } }));
    client.send('GET / HTTP/1.1\r\nHost: h\r\nX: ');
    expectRefusal(await client.answer(), 408, 'APIG.0201', /50 milliseconds/);
    await client.closed();
  });

  it('end a connection that never asks for anything', async () => {
    const client = await connect(await startGateway({ workerSockets: [], limits: { headerTimeoutMs: 50 } }));
    expect(await client.closed()).toBe('');
  });

  it('end a connection that asks for nothing more', async () => {
    const worker = await answering('ok');
    const client = await connect(await startGateway({ workerSockets: [worker.socketPath], limits: { idleTimeoutMs: 50 } }));
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect((await client.answer()).head.keepAlive).toBe(true);
    expect(await client.closed()).toBe('');
  });

  it('end a body that stops', async () => {
    const worker = await answering('ok');
    const client = await connect(await startGateway({ workerSockets: [worker.socketPath], limits: { clientStallMs: 50 } }));
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab`);
    expectRefusal(await client.answer(), 408, 'APIG.0201', /50 milliseconds/);
    await client.closed();
  });

  it('end an answer that the client does not take, which meanwhile does not pile up', async () => {
    const whole = 256 * 1024 * 1024;
    const cutOff = Promise.withResolvers<number>();
    const worker = await startWorker((_request, response) => {
      const block = Buffer.alloc(1024 * 1024);
      let written = 0;
      const writeOn = (): void => {
        while (written < whole) {
          written += block.length;
          if (!response.write(block)) return;
        }
      };
      response.on('drain', writeOn).on('close', () => cutOff.resolve(written));
      writeOn();
    });
    const client = await connect(await startGateway({ workerSockets: [worker.socketPath], limits: { clientStallMs: 200 } }));
    client.socket.pause();
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(await cutOff.promise).toBeLessThan(whole / 4);
  });

  it('end a request at the timeout of its route', async () => {
    const worker = await startWorker(() => undefined);
    const gateway = await startGateway({
      workerSockets: [worker.socketPath],
      known: [makeRoute({ timeout_ms: 40 })],
      limits: { routeTimeoutGraceMs: 10 },
    });
    const client = await connect(gateway);
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expectRefusal(await client.answer(), 504, 'APIG.0203', /40 milliseconds/);
  });

  it('break an answer off that has begun when its time is over', async () => {
    const worker = await startWorker((_request, response) => void response.writeHead(200).write('begin'));
    const gateway = await startGateway({ workerSockets: [worker.socketPath], known: [makeRoute({ timeout_ms: 40 })], limits: { routeTimeoutGraceMs: 10 } });
    const client = await connect(gateway);
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    await expect(client.answer()).rejects.toThrow('closed before the last chunk');
  });

  it('do not cut the last answer of a connection that a slow client is still reading', async () => {
    const whole = 8 * 1024 * 1024;
    const sent = Promise.withResolvers<void>();
    const worker = await startWorker((_request, response) => response.end(Buffer.alloc(whole), () => sent.resolve()));
    const client = await connect(await startGateway({ workerSockets: [worker.socketPath], limits: { lingerMs: 1 } }));
    // Reads one piece in each turn, so that the gateway is done with the answer long before the client is.
    client.socket.on('data', () => {
      client.socket.pause();
      setTimeout(() => client.socket.resume(), 1);
    });
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    expect((await client.answer()).body).toHaveLength(whole);
    await sent.promise;
  });

  it('do not apply to a WebSocket that speaks, and end one that is silent', async () => {
    const worker = await startWorker(() => undefined);
    worker.server.on('upgrade', (_request, socket: NodeJS.ReadWriteStream) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.pipe(socket);
    });
    const gateway = await startGateway({
      workerSockets: [worker.socketPath],
      known: [makeRoute({ timeout_ms: 1 })],
      limits: { routeTimeoutGraceMs: 1_000, tunnelIdleMs: 100 },
    });
    const client = await connect(gateway);
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    expect((await client.answer()).head.status).toBe(101);
    client.send('ping');
    expect(await client.bytes(4)).toBe('ping');
    expect(await client.closed()).toBe('');
  });
});

describe('the limit of connections', () => {
  it('refuses one more at once, and has room again when one ends', async () => {
    const worker = await answering('ok');
    const gateway = await startGateway({ workerSockets: [worker.socketPath], limits: { maxConnections: 1 } });
    const first = await connect(gateway);
    first.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect((await first.answer()).body).toBe('ok');
    const second = await connect(gateway);
    expectRefusal(await second.answer(), 503, 'APIG.0201', /1 connections/);
    await second.closed();
    first.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    await first.answer();
    await first.closed();
    // The gateway may see the end of the first connection a moment later than we do.
    let status = 503;
    for (let attempt = 0; attempt < 100 && status === 503; attempt += 1) {
      const next = await connect(gateway);
      next.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
      status = (await next.answer()).head.status;
    }
    expect(status).toBe(200);
  });

  it('holds towards each worker', async () => {
    const worker = await startWorker(() => undefined);
    const gateway = await startGateway({ workerSockets: [worker.socketPath], limits: { maxWorkerConnections: 1 } });
    const first = await connect(gateway);
    first.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    await once(worker.server, 'request');
    const second = await connect(gateway);
    second.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expectRefusal(await second.answer(), 503, 'APIG.0202', /takes 1 connections/);
  });
});

describe('a worker that fails', () => {
  const get = `GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`;

  async function withRawWorker(onRequest: (socket: import('node:net').Socket, count: number) => void, options: Partial<IngressOptions> = {}): Promise<RawClient> {
    let count = 0;
    const worker = await startRawWorker((socket) => socket.on('data', () => onRequest(socket, (count += 1))));
    cleanups.push(() => worker.close());
    return connect(await startGateway({ workerSockets: [worker.socketPath], ...options }));
  }

  it('is told apart from one that is not there', async () => {
    const client = await connect(await startGateway({ workerSockets: ['/nonexistent/worker.sock'] }));
    client.send(get);
    expectRefusal(await client.answer(), 502, 'APIG.0202', /No worker/);
  });

  it('leaves the request to the next one when it cannot be reached', async () => {
    const worker = await answering('from the other');
    for (const workerSockets of [['/nonexistent/worker.sock', worker.socketPath], [worker.socketPath, '/nonexistent/worker.sock']]) {
      const client = await connect(await startGateway({ workerSockets }));
      client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab`);
      expect((await client.answer()).body).toBe('from the other');
    }
  });

  it('before its answer is a bad gateway', async () => {
    const client = await withRawWorker((socket) => socket.destroy());
    client.send(get);
    expectRefusal(await client.answer(), 502, 'APIG.0202', /ended the connection/);
  });

  it('inside the head of its answer is a bad gateway', async () => {
    const client = await withRawWorker((socket) => socket.end('HTTP/1.1 200 OK\r\nX: '));
    client.send(get);
    expectRefusal(await client.answer(), 502, 'APIG.0202', /ended the connection/);
  });

  it.each([
    ['speaks with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['switches protocols unasked', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['speaks something else', 'SSH-2.0-x\r\n\r\n'],
  ])('because it %s is a bad gateway', async (_, text) => {
    const client = await withRawWorker((socket) => void socket.write(text));
    client.send(get);
    expectRefusal(await client.answer(), 502, 'APIG.0202', /not valid HTTP/);
  });

  it('inside the body breaks the client\'s connection, so that nobody takes the part for the whole', async () => {
    const client = await withRawWorker((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'));
    client.send(get);
    await expect(client.answer()).rejects.toThrow('6 bytes before the end');
  });

  it('and has closed a connection that waited gets a harmless request once more', async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    const client = await withRawWorker((socket, count) => (count === 2 ? socket.destroy() : socket.write(answer)));
    client.send(get);
    expect((await client.answer()).body).toBe('ok');
    client.send(get);
    expect((await client.answer()).body).toBe('ok');
  });

  it('and has closed a connection that waited never gets another request twice', async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    const client = await withRawWorker((socket, count) => (count === 2 ? socket.destroy() : socket.write(answer)));
    client.send(get);
    expect((await client.answer()).body).toBe('ok');
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expectRefusal(await client.answer(), 502, 'APIG.0202');
  });

  it('by saying more than its answer is not asked again on that connection', async () => {
    const sockets = new Set<unknown>();
    const client = await withRawWorker((socket) => {
      sockets.add(socket);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged');
    });
    for (let count = 0; count < 2; count += 1) {
      client.send(get);
      expect((await client.answer()).body).toBe('ok');
    }
    expect(sockets.size).toBe(2);
  });
});

describe('a route that needs a credential', () => {
  const owner = { domainId: DOMAIN, cacheableUntil: 0 };

  it('refuses without one before it takes the body', async () => {
    const client = await connect(await startGateway({ workerSockets: [], known: [makeRoute({ auth: 'IAM' })] }));
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`);
    const answer = await client.answer();
    expectRefusal(answer, 401, 'APIG.0301');
    expect(answer.interim).toEqual([]);
  });

  it.each([
    ['Content-Length: 5\r\n', 'hello'],
    ['Transfer-Encoding: chunked\r\n', '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'],
  ])('has the whole body (%s) checked before the function sees any of it', async (field, body) => {
    const seen: string[] = [];
    const worker = await startWorker((request, response) => {
      request.setEncoding('latin1').on('data', (text: string) => seen.push(text)).on('end', () => response.end(JSON.stringify(request.headers)));
    });
    const checked = Promise.withResolvers<string>();
    const admitted = Promise.withResolvers<typeof owner>();
    const gateway = await startGateway({
      workerSockets: [worker.socketPath],
      known: [makeRoute({ auth: 'IAM' })],
      authenticator: {
        byToken: () => Promise.reject(new Error('no token was sent')),
        bySignature: ({ bodySha256 }) => {
          checked.resolve(bodySha256);
          return admitted.promise;
        },
      },
    });
    const client = await connect(gateway);
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nAuthorization: SDK-HMAC-SHA256 x\r\n${field}\r\n${body.slice(0, 3)}`);
    client.send(body.slice(3));
    expect(await checked.promise).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
    expect(seen).toEqual([]);
    admitted.resolve(owner);
    const answer = await client.answer();
    expect(answer.head.status).toBe(200);
    expect(seen.join('')).toBe('hello');
    expect(JSON.parse(answer.body)).not.toHaveProperty('authorization');
  });

  it('holds a bounded number of bytes for that', async () => {
    const gateway = await startGateway({
      workerSockets: [],
      known: [makeRoute({ auth: 'IAM' })],
      limits: { maxHeldBodyBytes: 10 },
    });
    const signed = `POST /${GROUP} HTTP/1.1\r\nHost: h\r\nAuthorization: SDK-HMAC-SHA256 x\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n`;
    const [first, second] = [await connect(gateway), await connect(gateway)];
    first.send(signed);
    expect(await first.bytes(25)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    second.send(signed);
    expectRefusal(await second.answer(), 503, 'APIG.0601', /10 bytes/);
  });
});

describe('closing the gateway', () => {
  it('lets a running request end, ends idle connections, and takes no new one', async () => {
    const running = Promise.withResolvers<ServerResponse>();
    const worker = await startWorker((_request, response) => running.resolve(response));
    const gateway = await startTestGateway({ workerSockets: [worker.socketPath] });
    const [busy, idle] = [await connect(gateway), await connect(gateway)];
    busy.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const response = await running.promise;
    const closed = gateway.ingress.close();
    expect(await idle.closed()).toBe('');
    await expect(RawClient.connect(gateway.port)).rejects.toThrow('ECONNREFUSED');
    response.end('finished');
    const { head, body } = await busy.answer();
    expect([body, head.keepAlive]).toEqual(['finished', false]);
    await closed;
  });

  it('breaks off what does not end in time', async () => {
    const worker = await startWorker(() => undefined);
    const gateway = await startTestGateway({ workerSockets: [worker.socketPath], limits: { drainMs: 50 } });
    const client = await connect(gateway);
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    await once(worker.server, 'request');
    await gateway.ingress.close();
    expect(await client.closed()).toBe('');
  });
});
