import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { describeWithSandbox } from './instance/testing/instances.js';
import { RunningWorker, until } from './testing/running-worker.js';

describeWithSandbox('what a worker passes on', () => {
  let worker: RunningWorker;

  beforeAll(async () => {
    worker = await RunningWorker.start();
  });
  afterAll(() => worker?.close());

  describe('limits bodies to 6 MB', () => {
    const LIMIT = 6_291_456;

    it('takes a request of exactly the limit and refuses one over it, however it is framed', async () => {
      const spec = await worker.deploy(SIZE);
      const exact = await worker.send(spec, { method: 'POST', body: Buffer.alloc(LIMIT) });
      expect(exact.body.toString()).toBe(`got ${LIMIT}`);
      for (const framing of ['content-length', 'transfer-encoding']) {
        const headers = { [framing]: framing === 'content-length' ? String(LIMIT + 1) : 'chunked' };
        const over = await worker.send(spec, { method: 'POST', headers, body: Buffer.alloc(LIMIT + 1) });
        expect(over.status).toBe(413);
        expect(JSON.parse(over.body.toString()).error_code).toBe('FSS.4140');
      }
    });

    it.each(['length', 'chunked', 'close'])('passes an answer of exactly the limit and refuses one over it (%s)', async (framing) => {
      const spec = await worker.deploy(SIZE);
      const exact = await worker.send(spec, { path: `/${framing}/${LIMIT}` });
      expect(exact.status).toBe(200);
      expect(exact.body.length).toBe(LIMIT);
      const over = await worker.send(spec, { path: `/${framing}/${LIMIT + 1}` });
      expect(over.status).toBe(502);
      expect(JSON.parse(over.body.toString()).error_code).toBe('FSS.4004');
      expect((await worker.send(spec, { path: '/length/1' })).status).toBe(200);
    });

    it('cuts a streamed answer at the limit', async () => {
      const spec = await worker.deploy(SIZE);
      const request = httpRequest({ socketPath: worker.dataSocket, path: `/stream/${LIMIT + 100_000}`, headers: worker.headers(spec) });
      request.end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      let received = 0;
      response.on('data', (piece: Buffer) => (received += piece.length));
      await expect(once(response, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(received).toBe(LIMIT);
    });

    it('leaves the length of an answer to HEAD as it is, whatever it says', async () => {
      const spec = await worker.deploy(SIZE);
      const answer = await worker.send(spec, { method: 'HEAD', path: `/length/${LIMIT + 1}` });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-length']).toBe(String(LIMIT + 1));
    });
  });

  it('hands on a streamed answer while it is being written', async () => {
    const spec = await worker.deploy(STREAM, { instance_concurrency: 2 });
    const request = httpRequest({ socketPath: worker.dataSocket, path: '/', headers: worker.headers(spec) });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const pieces = response[Symbol.asyncIterator]();
    expect(String((await pieces.next()).value)).toBe('data: 1\n\n');
    // Only now is the app asked to go on.
    await worker.send(spec, { path: '/go' });
    expect(String((await pieces.next()).value)).toBe('data: 2\n\n');
    expect((await pieces.next()).done).toBe(true);
  });

  it('relays a conversation after an upgrade and holds the slot until it is over', async () => {
    const spec = await worker.deploy(UPGRADE);
    const request = httpRequest({
      socketPath: worker.dataSocket,
      path: '/',
      headers: { ...worker.headers(spec), connection: 'Upgrade', upgrade: 'shout' },
    });
    request.end();
    const [response, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket];
    expect(response.headers.upgrade).toBe('shout');
    socket.write('hello');
    expect(String((await once(socket, 'data'))[0])).toBe('HELLO');
    expect(await worker.instances(spec)).toEqual(['1:busy']);
    socket.destroy();
    await until(async () => (await worker.instances(spec))[0] === '1:ready', 'the slot is free');
  });

  it('sends a request again when the app closed the kept connection under it', async () => {
    const spec = await worker.deploy(CLOSES);
    for (let index = 0; index < 10; index += 1) {
      const answer = await worker.send(spec);
      expect([answer.status, answer.body.toString()]).toEqual([200, 'served']);
    }
    expect(await worker.instances(spec)).toHaveLength(1);
  });
});

const SIZE = `
  require('node:http').createServer((req, res) => {
    if (req.method === 'POST') {
      let size = 0;
      req.on('data', (piece) => (size += piece.length)).on('end', () => res.end('got ' + size));
      return;
    }
    const [, framing, text] = req.url.split('/');
    const body = Buffer.alloc(Number(text), 'x');
    if (framing === 'length') res.setHeader('content-length', body.length);
    if (framing === 'stream') res.setHeader('content-type', 'text/event-stream');
    if (framing === 'close') {
      req.socket.end(Buffer.concat([Buffer.from('HTTP/1.0 200 OK\\r\\n\\r\\n'), body]));
      return;
    }
    if (req.method === 'HEAD') { res.end(); return; }
    res.write(body.subarray(0, 10));
    res.end(body.subarray(10));
  }).listen(8000, '127.0.0.1');
`;

const STREAM = `
  let goOn;
  require('node:http').createServer((req, res) => {
    if (req.url === '/go') { goOn(); res.end(); return; }
    res.setHeader('content-type', 'text/event-stream');
    res.write('data: 1\\n\\n');
    goOn = () => res.end('data: 2\\n\\n');
  }).listen(8000, '127.0.0.1');
`;

const UPGRADE = `
  const server = require('node:http').createServer((req, res) => res.end());
  server.on('upgrade', (req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: shout\\r\\n\\r\\n');
    socket.on('data', (piece) => socket.write(piece.toString().toUpperCase()));
    socket.on('error', () => {});
  });
  server.listen(8000, '127.0.0.1');
`;

// Keeps the connection open by its words and closes it when the second request arrives on it.
const CLOSES = `
  require('node:net').createServer((socket) => {
    let requests = 0;
    socket.on('error', () => {});
    socket.on('data', () => {
      requests += 1;
      if (requests > 1) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 6\\r\\n\\r\\nserved');
    });
  }).listen(8000, '127.0.0.1');
`;
