import type { Socket } from 'node:net';
import { Fixture, expectRefusal } from './testing/fixture.js';
import type { RawClient } from './testing/raw-client.js';
import { GROUP } from './testing/route.js';

const fixture = new Fixture();
afterEach(() => fixture.clean());

describe('a worker that fails', () => {
  const get = `GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`;

  async function withRawWorker(onRequest: (socket: Socket, count: number) => void): Promise<RawClient> {
    let count = 0;
    const worker = await fixture.rawWorker((socket) => socket.on('data', () => onRequest(socket, (count += 1))));
    return fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
  }

  it('is told apart from one that is not there', async () => {
    const client = await fixture.client(await fixture.gateway({ workerSockets: ['/nonexistent/worker.sock'] }));
    client.send(get);
    expectRefusal(await client.answer(), 502, 'APIG.0202', /No worker/);
  });

  it('leaves the request to the next one when it cannot be reached', async () => {
    const worker = await fixture.answering('from the other');
    for (const workerSockets of [['/nonexistent/worker.sock', worker.socketPath], [worker.socketPath, '/nonexistent/worker.sock']]) {
      const client = await fixture.client(await fixture.gateway({ workerSockets }));
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

  it('and never reads another request twice, nor one on a connection it may have closed', async () => {
    const served = new Set<Socket>();
    const posts: boolean[] = [];
    const worker = await fixture.rawWorker((socket) =>
      socket.on('data', (piece) => {
        if (piece.toString().startsWith('POST')) posts.push(served.has(socket));
        served.add(socket);
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }),
    );
    const client = await fixture.client(await fixture.gateway({ workerSockets: [worker.socketPath] }));
    for (let count = 0; count < 50; count += 1) {
      client.send(count % 2 === 0 ? get : `POST /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
      expect(await client.answer()).toMatchObject({ head: { status: 200 }, body: 'ok' });
    }
    expect(posts).toEqual(Array.from({ length: 25 }, () => false));
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
