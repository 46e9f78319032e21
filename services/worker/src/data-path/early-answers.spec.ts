import { createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { answerTo, failureOf, ServedApp } from './testing/served-app.js';

const TOO_LARGE = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig';

/** What an app may do when it has answered and does not want the rest of the request. */
const manners: Readonly<Record<string, (socket: Socket) => void>> = {
  'reads no more': (socket) => void socket.pause(),
  'ends its side': (socket) => void socket.end(),
  'closes with the rest unread, which resets the connection': (socket) => void socket.destroySoon(),
};

describe('an app that answers before it has read the request', () => {
  let served: ServedApp | undefined;
  const sockets = new Set<Socket>();
  async function serve(onHead: (socket: Socket) => void): Promise<ServedApp> {
    const app = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => onHead(socket));
    });
    served = await ServedApp.start(app);
    return served;
  }
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await served?.close();
  });

  it.each(Object.keys(manners))('and %s: its answer arrives', async (manner) => {
    const app = await serve((socket) => {
      socket.pause();
      socket.write(TOO_LARGE, () => manners[manner]?.(socket));
    });
    const body = Buffer.alloc(2_000_000);
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => app.ask({ method: 'POST', body })));
      expect(answers.map(({ status, body: said }) => `${status} ${said.toString()}`)).toEqual(Array.from({ length: 10 }, () => '413 big'));
    }
    // None of these connections is used again, and none of the instances is held to blame.
    expect([app.dials, app.launches]).toEqual([100, 1]);
  });

  it('and does not end its answer is told from one that did', async () => {
    const app = await serve((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', () => socket.resetAndDestroy()));
    const request = app.begin({ method: 'POST', headers: { 'content-length': 5 } });
    request.write('abc');
    const response = await answerTo(request);
    await expect(
      (async () => {
        for await (const _ of response);
      })(),
    ).rejects.toMatchObject({ code: 'ECONNRESET' });
    while (app.finished.length === 0) await turn();
    expect(app.finished[0]?.failure?.kind).toBe('CONNECTION_LOST');
  });

  it('and switches to a protocol that nobody asked for is refused', async () => {
    const app = await serve((socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'));
    const answer = await app.ask();
    expect([answer.status, failureOf(answer).code]).toEqual([502, 'FSS.4007']);
  });

  it('and switches to another protocol than was asked for is refused', async () => {
    const app = await serve((socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'));
    const answer = await app.ask({ headers: { connection: 'Upgrade', upgrade: 'websocket' } });
    expect([answer.status, failureOf(answer).code]).toEqual([502, 'FSS.4007']);
  });

  it('and refuses to switch gives an ordinary answer, after which its connection is used again', async () => {
    const app = createServer((socket) => void socket.on('error', () => undefined).on('data', () => socket.write('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n')));
    served = await ServedApp.start(app);
    for (let count = 0; count < 3; count += 1) {
      expect((await served.ask({ headers: { connection: 'Upgrade', upgrade: 'websocket' } })).status).toBe(426);
    }
    expect(served.dials).toBe(1);
  });

  it('and sends an interim answer first is taken at its final word', async () => {
    const app = await serve((socket) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
      setImmediate(() => socket.write('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno'));
    });
    const request = app.begin({ method: 'POST', headers: { expect: '100-continue', 'content-length': 5 } });
    const interim: number[] = [];
    request.on('information', ({ statusCode }: { statusCode: number }) => interim.push(statusCode));
    const response = await answerTo(request);
    expect(response.resume().statusCode).toBe(417);
    // The caller's expectation was met by us; what the app says to it besides is not heard twice.
    expect(interim).toEqual([100, 102, 103]);
  });
});
