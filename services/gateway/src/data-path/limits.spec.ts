import { once } from 'node:events';
import { eventually } from '../testing/eventually.js';
import { Fixture, expectRefusal } from './testing/fixture.js';
import { GROUP, makeRoute } from './testing/route.js';

const fixture = new Fixture();
afterEach(() => fixture.clean());

describe('the limit of a request body', () => {
  const limits = { maxBodyBytes: 1000 };

  it('holds before anything is forwarded when the length is declared', async () => {
    let requests = 0;
    const worker = await fixture.worker((_request, response) => {
      requests += 1;
      response.end();
    });
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath], limits }));
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n`);
    const answer = await client.answer();
    expectRefusal(answer, 413, 'APIG.0201', /1000 bytes/);
    expect([answer.interim, requests]).toEqual([[], 0]);
    await client.closed();
  });

  it('holds for chunks, and the worker sees the request broken off', async () => {
    const aborted = Promise.withResolvers<void>();
    const worker = await fixture.worker((request) => void request.resume().on('error', () => aborted.resolve()));
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath], limits }));
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n${'x'.repeat(1000)}\r\n`);
    await once(worker.server, 'request');
    client.send('1\r\nx\r\n');
    expectRefusal(await client.answer(), 413, 'APIG.0201', /1000 bytes/);
    await aborted.promise;
  });

  it('lets exactly that many bytes pass', async () => {
    const worker = await fixture.answering('ok');
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath], limits }));
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(1000)}`);
    expect((await client.answer()).body).toBe('ok');
  });
});

describe('the limits of time', () => {
  it('end a head that does not come to its end', async () => {
    const client = await fixture.client(await fixture.gateway({ workerSockets: [], limits: { headerTimeoutMs: 50 } }));
    client.send('GET / HTTP/1.1\r\nHost: h\r\nX: ');
    expectRefusal(await client.answer(), 408, 'APIG.0201', /50 milliseconds/);
    await client.closed();
  });

  it('end a connection that never asks for anything', async () => {
    const client = await fixture.client(await fixture.gateway({ workerSockets: [], limits: { headerTimeoutMs: 50 } }));
    expect(await client.closed()).toBe('');
  });

  it('end a connection that asks for nothing more', async () => {
    const worker = await fixture.answering('ok');
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath], limits: { idleTimeoutMs: 50 } }));
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect((await client.answer()).head.keepAlive).toBe(true);
    expect(await client.closed()).toBe('');
  });

  it('end a body that stops', async () => {
    const worker = await fixture.answering('ok');
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath], limits: { clientStallMs: 50 } }));
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab`);
    expectRefusal(await client.answer(), 408, 'APIG.0201', /50 milliseconds/);
    await client.closed();
  });

  it('end an answer that the client does not take, which meanwhile does not pile up', async () => {
    const whole = 256 * 1024 * 1024;
    const cutOff = Promise.withResolvers<number>();
    const worker = await fixture.worker((_request, response) => {
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
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath], limits: { clientStallMs: 200 } }));
    client.socket.pause();
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(await cutOff.promise).toBeLessThan(whole / 4);
  });

  it('end a request at the timeout of its route', async () => {
    const worker = await fixture.worker(() => undefined);
    const gateway = await fixture.gateway({
      workerSockets: [worker.socketPath],
      known: [makeRoute({ timeout_ms: 40 })],
      limits: { routeTimeoutGraceMs: 10 },
    });
    const client = await fixture.client(gateway);
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expectRefusal(await client.answer(), 504, 'APIG.0203', /40 milliseconds/);
  });

  it('break an answer off that has begun when its time is over', async () => {
    const worker = await fixture.worker((_request, response) => void response.writeHead(200).write('begin'));
    const gateway = await fixture.gateway({ workerSockets: [worker.socketPath], known: [makeRoute({ timeout_ms: 40 })], limits: { routeTimeoutGraceMs: 10 } });
    const client = await fixture.client(gateway);
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    await expect(client.answer()).rejects.toThrow('closed before the last chunk');
  });

  it('bound how far a client can go that asks and asks and takes no answer', async () => {
    const asked = 6_000;
    let served = 0;
    const worker = await fixture.worker((_request, response) => {
      served += 1;
      response.end(Buffer.alloc(10_000));
    });
    const gateway = await fixture.gateway({ workerSockets: [worker.socketPath], limits: { clientStallMs: 200 } });
    const client = await fixture.client(gateway);
    client.socket.pause();
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`.repeat(asked));
    await eventually(() => expect(gateway.ingress.connectionCount).toBe(0));
    expect(served).toBeGreaterThan(10);
    expect(served).toBeLessThan(asked / 2);
  });

  it('leave the body of a request with the client while the worker does not take it', async () => {
    const whole = 64 * 1024 * 1024;
    const worker = await fixture.worker((request) => void request.pause());
    const gateway = await fixture.gateway({
      workerSockets: [worker.socketPath],
      known: [makeRoute({ timeout_ms: 300 })],
      limits: { maxBodyBytes: whole, routeTimeoutGraceMs: 1 },
    });
    const client = await fixture.client(gateway);
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: ${whole}\r\n\r\n`);
    let taken = 0;
    const sendOn = (): void => {
      taken += 65_536;
      if (taken < whole) client.socket.write(Buffer.alloc(65_536), sendOn);
    };
    client.socket.write(Buffer.alloc(65_536), sendOn);
    expectRefusal(await client.answer(), 504, 'APIG.0203');
    expect(taken).toBeGreaterThan(65_536);
    expect(taken).toBeLessThan(whole / 2);
  });

  it('do not apply to a WebSocket that speaks, and end one that is silent', async () => {
    const worker = await fixture.worker(() => undefined);
    worker.server.on('upgrade', (_request, socket: NodeJS.ReadWriteStream) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.pipe(socket);
    });
    const gateway = await fixture.gateway({
      workerSockets: [worker.socketPath],
      known: [makeRoute({ timeout_ms: 1 })],
      limits: { routeTimeoutGraceMs: 1_000, tunnelIdleMs: 100 },
    });
    const client = await fixture.client(gateway);
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    expect((await client.answer()).head.status).toBe(101);
    client.send('ping');
    expect(await client.bytes(4)).toBe('ping');
    expect(await client.closed()).toBe('');
  });
});

describe('the limit of connections', () => {
  it('refuses one more at once, and has room again when one ends', async () => {
    const worker = await fixture.answering('ok');
    const gateway = await fixture.gateway({ workerSockets: [worker.socketPath], limits: { maxConnections: 1 } });
    const first = await fixture.client(gateway);
    first.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect((await first.answer()).body).toBe('ok');
    const second = await fixture.client(gateway);
    expectRefusal(await second.answer(), 503, 'APIG.0201', /1 connections/);
    await second.closed();
    first.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    await first.answer();
    await first.closed();
    // The gateway may see the end of the first connection a moment later than we do.
    let status = 503;
    for (let attempt = 0; attempt < 100 && status === 503; attempt += 1) {
      const next = await fixture.client(gateway);
      next.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
      status = (await next.answer()).head.status;
    }
    expect(status).toBe(200);
  });

  it('holds towards each worker', async () => {
    const worker = await fixture.worker(() => undefined);
    const gateway = await fixture.gateway({ workerSockets: [worker.socketPath], limits: { maxWorkerConnections: 1 } });
    const first = await fixture.client(gateway);
    first.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    await once(worker.server, 'request');
    const second = await fixture.client(gateway);
    second.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expectRefusal(await second.answer(), 503, 'APIG.0202', /takes 1 connections/);
  });
});
