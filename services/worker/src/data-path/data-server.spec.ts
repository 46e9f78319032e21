import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KnownAccounts } from '@windlass/accounts';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { CoarseTimers } from '@windlass/coarse-timers';
import { createLogger } from '@windlass/telemetry';
import { AccountAdmission } from '../account/index.js';
import type { Instance, InstanceExit } from '../instance/index.js';
import { Invoker } from '../invocation/index.js';
import { FunctionPools } from '../pool/index.js';
import { exampleSpec } from '../testing/example-spec.js';
import { startExchangeServer, type ExchangeServer } from './index.js';

/** What the app did with its connections is up to each test; the instance is a server of this process. */
describe('the data port', () => {
  let directory: string;
  let app: Server;
  let onRequest: (socket: Socket, text: string, dial: number) => void;
  let server: ExchangeServer;
  let pools: FunctionPools;
  let dials: number;
  let spec: FunctionSpec;
  const clients: Socket[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windlass-data-'));
    dials = 0;
    spec = exampleSpec();
    app = createServer((socket) => {
      const dial = (dials += 1);
      socket.on('error', () => undefined);
      socket.on('data', (piece) => onRequest(socket, piece.toString('latin1'), dial));
    });
    await once(app.listen(join(directory, 'app.sock')), 'listening');
    const limits = { queueLength: 5, maxWaiting: 10, queueWaitMs: 1_000, stopGraceMs: 1 };
    const scaling = { maxInstances: 5, maxMemoryMb: 10_000, maxStarting: 5, freezeMs: 5_000, idleMs: 60_000, drainMs: 60_000 };
    const clock = () => performance.now();
    const launch = async (_spec: FunctionSpec, id: string) => instanceOf(id, join(directory, 'app.sock'));
    pools = new FunctionPools({ launch, limits, observer: { output: () => undefined }, clock, newInstanceId: () => crypto.randomUUID() }, scaling);
    const log = { started: () => undefined, finished: () => undefined };
    const logger = createLogger('test', { destination: { write: () => undefined } });
    const invoker = new Invoker({
      functions: { find: () => spec },
      accounts: new AccountAdmission(new KnownAccounts()),
      credentials: { find: () => undefined },
      pools,
      log,
      facts: { finished: () => undefined },
      logger,
      timers: new CoarseTimers(),
      maxStreamedBytes: 1_000_000,
      appTimers: { connectMs: 10_000, firstByteMs: 10_000, idleMs: 10_000 },
      clock,
    });
    server = await startExchangeServer({ socketPath: join(directory, 'data.sock'), functions: invoker, upgradeLimits: { idleMs: 1_000, maxMs: 10_000 }, maxConnections: 10 });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await server.close();
    await pools.close();
    app.close();
    await rm(directory, { recursive: true, force: true });
  });

  const open = (): Socket => {
    const client = connect(join(directory, 'data.sock'));
    clients.push(client);
    return client;
  };
  const ask = async (client: Socket, text: string): Promise<string> => {
    client.write(text, 'latin1');
    const [piece] = (await once(client, 'data')) as [Buffer];
    return piece.toString('latin1');
  };
  const request = (method = 'GET', more = ''): string =>
    `${method} / HTTP/1.1\r\nHost: a\r\nx-windlass-func-id: f1\r\nx-windlass-func-version: latest\r\nx-windlass-request-id: r1\r\n${more}\r\n`;
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

  it('is open to its owner only', async () => {
    expect((await stat(join(directory, 'data.sock'))).mode & 0o777).toBe(0o600);
  });

  it('uses one connection to the app for one request after the other', async () => {
    onRequest = (socket) => socket.write(OK);
    const client = open();
    for (let index = 0; index < 5; index += 1) expect(await ask(client, request())).toContain('200 OK');
    expect(dials).toBe(1);
  });

  it('leaves a connection when the app says that it closes it', async () => {
    onRequest = (socket) => socket.write(OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    const client = open();
    for (let index = 0; index < 3; index += 1) expect(await ask(client, request())).toContain('200 OK');
    expect(dials).toBe(3);
  });

  it('sends a request again when its kept connection breaks before any answer, and one that may not be repeated on a connection of its own', async () => {
    const seen: string[] = [];
    const served = new Map<number, number>();
    onRequest = (socket, text, dial) => {
      seen.push(text.split(' ', 1)[0] ?? '');
      served.set(dial, (served.get(dial) ?? 0) + 1);
      if (served.get(dial) === 1) socket.write(OK);
      else socket.destroy();
    };
    const client = open();
    expect(await ask(client, request())).toContain('200 OK');
    expect(await ask(client, request('PUT', 'Content-Length: 3\r\n') + 'abc')).toContain('200 OK');
    expect(seen).toEqual(['GET', 'PUT', 'PUT']);
    expect(await ask(client, request('POST', 'Content-Length: 3\r\n') + 'abc')).toContain('200 OK');
    expect(seen).toEqual(['GET', 'PUT', 'PUT', 'POST']);
    expect(dials).toBe(3);
  });

  it('does not repeat a request on a new connection', async () => {
    onRequest = (socket) => socket.destroy();
    expect(await ask(open(), request())).toContain('HTTP/1.1 502');
    expect(dials).toBe(1);
  });

  it('refuses an answer that is not HTTP/1.1, and is none of two requests', async () => {
    onRequest = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx');
    expect(await ask(open(), request())).toMatch(/^HTTP\/1\.1 502 [^]*FSS\.4007/);
    onRequest = (socket) => socket.write(OK + OK);
    const client = open();
    expect(await ask(client, request())).toMatch(/ok$/);
    expect(await ask(client, request())).toMatch(/ok$/);
    expect(dials).toBe(3);
  });

  it('asks for the body of a request that waits to be asked, and the app is not told', async () => {
    let seen = '';
    onRequest = (socket, text) => {
      seen += text;
      if (seen.endsWith('abc')) socket.write(OK);
    };
    const client = open();
    expect(await ask(client, request('POST', 'Content-Length: 3\r\nExpect: 100-continue\r\n'))).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(await ask(client, 'abc')).toContain('200 OK');
    expect(seen).not.toMatch(/expect/i);
  });

  it('passes interim answers on before the final one', async () => {
    onRequest = (socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`);
    const client = open();
    let heard = '';
    client.on('data', (piece: Buffer) => (heard += piece.toString('latin1')));
    client.write(request());
    while (!heard.endsWith('ok')) await once(client, 'data');
    expect(heard).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it.each([
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n'],
  ])('knows that a %s has no body', async (status, answer) => {
    onRequest = (socket) => socket.write(answer);
    const client = open();
    expect(await ask(client, request())).toContain(`HTTP/1.1 ${status}`);
    expect(await ask(client, request())).toContain(`HTTP/1.1 ${status}`);
    expect(dials).toBe(1);
  });

  it('keeps what speaks to one hop to itself, also when the sender names a platform field', async () => {
    let seen = '';
    onRequest = (socket, text) => {
      seen = text;
      socket.write(OK.replace('\r\n\r\n', '\r\nKeep-Alive: timeout=5\r\nX-Own: 1\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\r\n'));
    };
    const answer = await ask(open(), request('GET', 'Connection: X-CFF-Request-Id, X-Secret\r\nX-Secret: 1\r\nTE: trailers\r\n'));
    expect(seen).toMatch(/\r\nX-CFF-Request-Id: r1\r\n/);
    expect(seen).not.toMatch(/x-secret|\r\nte:|x-windlass/i);
    expect(answer).toMatch(/X-Own: 1/);
    expect(answer).not.toMatch(/keep-alive|x-hop/i);
  });

  it('refuses what is no request of a gateway, and closes', async () => {
    for (const [text, status] of [
      ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
      ['GET / HTTP/1.1\nHost: a\n\n', 400],
      [request('CONNECT').replace(' / ', ' a:80 ').replace('Host: a', 'Host: a:80'), 405],
    ] as const) {
      const client = open();
      expect(await ask(client, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      await once(client, 'end');
    }
  });

  it('answers again after an answer that came before the whole request', async () => {
    onRequest = (socket) => socket.write(OK);
    const early = open();
    expect(await ask(early, request('POST', 'Content-Length: 1000\r\n') + 'only this')).toMatch(/Connection: close/);
    expect(await ask(open(), request())).toContain('200 OK');
    expect(dials).toBe(2);
  });
});

function instanceOf(id: string, socketPath: string): Instance {
  let ended: (exit: InstanceExit) => void = () => undefined;
  const exited = new Promise<InstanceExit>((resolve) => (ended = resolve));
  return {
    id,
    pid: process.pid,
    exited,
    dial: async ({ onread } = {}) => {
      const socket = connect({ path: socketPath, onread });
      await once(socket, 'connect');
      return socket;
    },
    memoryUsedMb: async () => 1, memoryPeakMb: 1, cpuUsedMs: () => 0, freeze: async () => true, thaw: () => undefined, endLines: () => undefined, 
    stop: async () => ended({ kind: 'STOPPED' }),
  };
}
