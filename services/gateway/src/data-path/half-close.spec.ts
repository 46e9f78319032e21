import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Fixture, expectRefusal } from './testing/fixture.js';
import { GROUP } from './testing/route.js';

const fixture = new Fixture();
afterEach(() => fixture.clean());

const get = (path = ''): string => `GET /${GROUP}${path} HTTP/1.1\r\nHost: h\r\n\r\n`;

describe('a client that ends its side and still listens', () => {
  it('gets the answer, and then the end, though the function answers later', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    const worker = await fixture.worker((_request, response) => asked.resolve(response));
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
    client.socket.end(get());
    const response = await asked.promise;
    // The end has arrived for sure when another connection's request, sent after it, has been served.
    const next = await fixture.client(await fixture.gateway({ workerSockets: [(await fixture.answering('ok')).socketPath] }));
    next.send(get());
    await next.answer();
    response.end('late');
    const { head, body } = await client.answer();
    expect([head.status, body, head.keepAlive]).toEqual([200, 'late', false]);
    expect(await client.closed()).toBe('');
  });

  it('gets the answers of all requests that it sent before', async () => {
    const worker = await fixture.worker((request, response) => void request.resume().on('end', () => response.end(request.url)));
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
    client.socket.end(`${get('/1')}POST /${GROUP}/2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc${get('/3')}`);
    for (const path of ['/1', '/2', '/3']) expect((await client.answer()).body).toBe(path);
    expect(await client.closed()).toBe('');
  });

  it('may send all of its request at once, however long the function takes to ask for the body', async () => {
    // The end is known before the worker has a connection, and so before the body is read.
    const worker = await fixture.worker((request, response) => void request.resume().on('end', () => response.end('ok')));
    const gateway = await fixture.gateway({ workerSockets: [worker.socketPath] });
    for (let count = 0; count < 50; count += 1) {
      const client = await fixture.client(gateway);
      client.socket.end(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc${get()}`);
      for (let answers = 0; answers < 2; answers += 1) expect((await client.answer()).body).toBe('ok');
      expect(await client.closed()).toBe('');
    }
  });

  it('gets an answer that only the end of the connection ends, as a client of HTTP/1.0 does', async () => {
    const worker = await fixture.worker((_request, response) => {
      response.write('in ');
      setImmediate(() => response.end('pieces'));
    });
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
    client.socket.end(`GET /${GROUP} HTTP/1.0\r\n\r\n`);
    expect((await client.answer()).body).toBe('in pieces');
    expect(await client.closed()).toBe('');
  });

  it.each([
    ['head', 'GET / HTTP/1.1\r\nHost: '],
    ['body', `POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc`],
    ['chunked body', `POST /${GROUP} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab`],
  ])('within the %s of its request is told that the end is missing, and the function is not left waiting', async (_, text) => {
    const broken = Promise.withResolvers<void>();
    const worker = await fixture.worker((request) => void request.resume().on('error', () => broken.resolve()));
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
    client.send(text);
    if (text.startsWith('POST')) await once(worker.server, 'request');
    client.socket.end();
    expectRefusal(await client.answer(), 400, 'APIG.0201', /before the end of its request/);
    expect(await client.closed()).toBe('');
    if (text.startsWith('POST')) await broken.promise;
  });

  it('asks for nothing, and is let go', async () => {
    const client = await fixture.client(await fixture.gateway({ workerSockets: [] }));
    client.socket.end();
    expect(await client.closed()).toBe('');
  });
});

describe('a client that is gone', () => {
  it('is noticed when its system refuses the next bytes of a stream', async () => {
    const cut = Promise.withResolvers<void>();
    const worker = await fixture.worker((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const beat = setInterval(() => response.write('data: 1\n\n'), 5);
      response.on('close', () => {
        clearInterval(beat);
        cut.resolve();
      });
      void request;
    });
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
    client.send(get());
    await client.bytes(20);
    client.destroy();
    await cut.promise;
  });
});

describe('an upgraded connection', () => {
  async function upgraded(onUpgrade: (socket: Socket) => void): Promise<{ client: Awaited<ReturnType<Fixture['client']>> }> {
    const worker = await fixture.worker(() => undefined);
    worker.server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
      socket.allowHalfOpen = true;
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      onUpgrade(socket);
    });
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
    client.socket.allowHalfOpen = true;
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    expect((await client.answer()).head.status).toBe(101);
    return { client };
  }

  it('tells the function that the client sends no more, and still brings what the function says', async () => {
    const { client } = await upgraded((socket) => {
      let heard = '';
      socket.on('data', (piece: Buffer) => (heard += piece.toString()));
      socket.on('end', () => socket.end(`you said ${heard}`));
    });
    client.socket.end('everything');
    expect(await client.closed()).toBe('you said everything');
  });

  it('tells the client that the function sends no more, and still brings what the client says', async () => {
    const heard = Promise.withResolvers<string>();
    const { client } = await upgraded((socket) => {
      let text = '';
      socket.on('data', (piece: Buffer) => (text += piece.toString()));
      socket.on('end', () => heard.resolve(text));
      socket.end('goodbye');
    });
    expect(await client.bytes(7)).toBe('goodbye');
    if (!client.socket.readableEnded) await once(client.socket, 'end');
    client.socket.end('and this');
    expect(await heard.promise).toBe('and this');
  });

  it('ends when it has lasted as long as it may, though both speak', async () => {
    const worker = await fixture.worker(() => undefined);
    worker.server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      const beat = setInterval(() => socket.write('.'), 5);
      socket.on('close', () => clearInterval(beat));
    });
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath], limits: { tunnelMaxMs: 100 } }));
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    expect((await client.answer()).head.status).toBe(101);
    expect(await client.closed()).toMatch(/^\.+$/);
  });
});
