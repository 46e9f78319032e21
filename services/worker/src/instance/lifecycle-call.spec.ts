import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { callLifecycle } from './lifecycle-call.js';
import { StartFailure } from './start-failure.js';

describe('a call at the beginning or the end of an instance', () => {
  let server: Server;
  let answer: RequestListener;
  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const dial = async (): Promise<Socket> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };

  it('is over with the end of the answer, whatever its status', async () => {
    answer = (_, response) => response.writeHead(503).end('x'.repeat(100_000));
    expect(await callLifecycle(dial, '/init', 60_000)).toEqual({ kind: 'ANSWERED', status: 503 });
  });

  it('is given up at its time, before an answer and within one', async () => {
    answer = () => undefined;
    expect(await callLifecycle(dial, '/init', 50)).toEqual({ kind: 'TOO_LATE' });
    answer = (_, response) => void response.writeHead(200).write('and so on');
    expect(await callLifecycle(dial, '/init', 50)).toEqual({ kind: 'TOO_LATE' });
    expect(new StartFailure({ reason: 'INITIALIZER_TIMED_OUT', path: '/init', timeoutMs: 50 })).toMatchObject({ code: 4211, message: expect.stringContaining('initializer_timeout') });
  });

  it('has no answer where the app closes, breaks off, or cannot be reached', async () => {
    answer = (request) => request.socket.destroy();
    expect(await callLifecycle(dial, '/init', 60_000)).toMatchObject({ kind: 'NO_ANSWER' });
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => response.destroy());
    };
    expect(await callLifecycle(dial, '/init', 60_000)).toMatchObject({ kind: 'NO_ANSWER' });
    expect(await callLifecycle(() => Promise.reject(new Error('refused')), '/init', 60_000)).toEqual({ kind: 'NO_ANSWER', detail: 'refused' });
  });
});
