import fc from 'fast-check';
import { eventually } from '../testing/eventually.js';
import { Fixture } from './testing/fixture.js';
import { GROUP } from './testing/route.js';

const fixture = new Fixture();
afterAll(() => fixture.clean());

// Pieces that requests are made of, so that random sequences come far enough to do harm.
const fragment = fc.constantFrom(
  `GET /${GROUP} HTTP/1.1\r\n`, `POST /${GROUP}/a HTTP/1.1\r\n`, `HEAD /${GROUP} HTTP/1.0\r\n`, 'GET /unknown HTTP/1.1\r\n', 'CONNECT h:1 HTTP/1.1\r\n',
  'Host: h\r\n', 'Host: h:1\r\n', 'Content-Length: 4\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: 100-continue\r\n', 'Connection: close\r\n',
  'Connection: Upgrade\r\nUpgrade: websocket\r\n', 'X-CFF-Region: x\r\n', 'X: \x00\r\n', '\r\n', '\r\n', '\r\n', '\n', 'body', '4\r\nbody\r\n', '0\r\n\r\n', 'zz\r\n', ' ',
);
const conversation = fc.record({
  pieces: fc.array(fc.array(fragment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')), { minLength: 1, maxLength: 5 }),
  // How the client leaves: its side closed, or everything broken off.
  ending: fc.constantFrom('end', 'destroy'),
});

describe('whatever a client says, and however it leaves', () => {
  it('the gateway lets go of the connection and serves the next one', async () => {
    const worker = await fixture.worker((request, response) => void request.resume().on('end', () => response.end('ok')));
    const gateway = await fixture.gateway({
      workerSockets: [worker.socketPath],
      limits: { headerTimeoutMs: 200, idleTimeoutMs: 200, clientStallMs: 200, lingerMs: 50 },
    });
    await fc.assert(
      fc.asyncProperty(conversation, async ({ pieces, ending }) => {
        const client = await fixture.client(gateway);
        for (const piece of pieces) {
          client.send(piece);
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (ending === 'end') client.socket.end();
        else client.destroy();
        await eventually(() => expect(gateway.ingress.connectionCount).toBe(0));
        const next = await fixture.client(gateway);
        next.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab`);
        expect(await next.answer()).toMatchObject({ head: { status: 200 }, body: 'ok' });
        await next.closed();
      }),
      { numRuns: 150 },
    );
  });
});
