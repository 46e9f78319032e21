import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { answerTo, failureOf, ServedApp, type ServedAppOptions } from './testing/served-app.js';

describe('the timers towards an app', () => {
  let served: ServedApp | undefined;
  const sockets = new Set<Socket>();

  /** An app that does with the bytes it gets what the test says. */
  async function serve(onData: (socket: Socket, text: string) => void, options: ServedAppOptions = {}): Promise<ServedApp> {
    const app = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (piece) => onData(socket, piece.toString('latin1')));
    });
    served = await ServedApp.start(app, options);
    return served;
  }
  const reasons = (): (string | undefined)[] => served?.finished.map(({ failure }) => failure?.kind) ?? [];
  /** What the first `count` requests failed with, once they are over. */
  async function failures(count = 1): Promise<(string | undefined)[]> {
    while (reasons().length < count) await turn();
    return reasons();
  }

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await served?.close();
  });

  it('end a request whose answer does not begin, counted from the end of the request', async () => {
    const { ask } = await bound(serve(() => undefined, { appTimers: { firstByteMs: 60 } }));
    const answer = await ask({ method: 'POST', body: 'abc' });
    expect(answer.status).toBe(504);
    expect(failureOf(answer)).toMatchObject({ code: 'FSS.4010', message: expect.stringMatching(/no byte of an answer for 0\.06 s/) });
    expect(await failures()).toEqual(['FIRST_BYTE_TIMED_OUT']);
  });

  it('do not count the time in which the caller has not sent all of its request as the app\'s', async () => {
    const app = await serve((socket, text) => void (text.endsWith('last') && socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')), {
      appTimers: { firstByteMs: 50, idleMs: 50 },
    });
    const request = app.begin({ method: 'POST', headers: { 'content-length': 8 } });
    const answer = answerTo(request);
    request.write('half');
    const [socket] = (await once(app.app, 'connection')) as [Socket];
    await once(socket, 'data');
    // As long as others take that run into the timers one after the other.
    for (let count = 0; count < 3; count += 1) await app.ask();
    expect(await failures(3)).toEqual(Array.from({ length: 3 }, () => 'FIRST_BYTE_TIMED_OUT'));
    request.end('last');
    expect((await answer).resume().statusCode).toBe(200);
  });

  it('cut an answer that stops, and one that goes on lasts as long as it may', async () => {
    let rest = 10;
    const app = await serve(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
        const beat = setInterval(() => {
          if ((rest -= 1) < 0) clearInterval(beat);
          else socket.write('1\r\n.\r\n');
        }, 60);
      },
      { appTimers: { idleMs: 500 } },
    );
    const request = app.begin();
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let heard = '';
    response.on('data', (piece: Buffer) => (heard += piece.toString()));
    await expect(once(response, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(heard).toBe('..........');
    expect(await failures()).toEqual(['IDLE_TIMED_OUT']);
    expect(app.launches).toBe(1);
  });

  it('end a request whose body the app does not take', async () => {
    const app = await serve((socket) => void socket.pause(), { appTimers: { idleMs: 100 } });
    const answer = await app.ask({ method: 'PUT', headers: { 'content-length': 6_000_000 }, body: Buffer.alloc(6_000_000) });
    expect(answer.status).toBe(504);
    expect(await failures()).toEqual(['IDLE_TIMED_OUT']);
  });

  it('name the timeout of the function or of the trigger, whichever is over', async () => {
    const app = await serve(() => undefined, { spec: { timeout_seconds: 1 } });
    expect(failureOf(await app.ask({ headers: { 'x-windlass-timeout-ms': '70' } })).message).toMatch(/^call request timed out after 0\.07s, the timeout of its trigger\./);
    expect(failureOf(await app.ask({ headers: { 'x-windlass-timeout-ms': '5000' } })).message).toMatch(/^call request timed out after 1s, the timeout of the function\./);
  });

  it('leave the instance alone when it was the caller that took the time', async () => {
    const app = await serve(() => undefined, {});
    const request = app.begin({ method: 'POST', headers: { 'content-length': 8, 'x-windlass-timeout-ms': '80' } });
    request.write('half');
    expect((await answerTo(request)).resume().statusCode).toBe(408);
    expect(await failures()).toEqual(['REQUEST_STALLED']);
    expect(app.finished[0]?.instance?.state.name).toBe('idle');
  });
});

/** So that a test may take a method out of its object. */
async function bound(made: Promise<ServedApp>): Promise<{ ask: ServedApp['ask'] }> {
  const app = await made;
  return { ask: (asking) => app.ask(asking) };
}
