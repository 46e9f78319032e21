import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { jest } from '@jest/globals';
import { CoarseTimers } from '@windlass/coarse-timers';
import { createLogger } from '@windlass/telemetry';
import { ClientConnection } from './client-connection.js';
import { Gatekeeper } from './gatekeeper.js';
import { HeldBodies } from './held-bodies.js';
import { DEFAULT_LIMITS } from './limits.js';
import { RefusalPace } from './refusal-pace.js';
import { RouteFinder } from './route-finder.js';
import { RouteTable } from './route-table.js';
import { Workers } from './workers.js';

/** A socket whose peer takes what is written only when the test says so. */
class ReluctantSocket extends Duplex {
  readonly remoteAddress = '::ffff:192.0.2.7';
  private readonly untaken: (() => void)[] = [];

  override _read(): void {}
  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    this.untaken.push(done);
  }
  setNoDelay(): void {}
  setTimeout(): void {}
  destroySoon(): void {}
  accept(): void {
    for (const done of this.untaken.splice(0)) done();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the connection of a client that reads slowly', () => {
  const limits = { ...DEFAULT_LIMITS, lingerMs: 100, clientStallMs: 5_000 };
  let socket: ReluctantSocket;
  let connection: ClientConnection;

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const refuse = (): Promise<never> => Promise.reject(new Error('nobody authenticates here'));
    socket = new ReluctantSocket();
    connection = new ClientConnection(
      socket as unknown as Socket,
      {
        limits,
        accounts: { statusOf: () => 'active' },
        finder: new RouteFinder(new RouteTable(), () => Promise.resolve([])),
        gatekeeper: new Gatekeeper({ byToken: refuse, bySignature: refuse }),
        heldBodies: new HeldBodies(limits),
        refusalPace: new RefusalPace(limits),
        workers: new Workers([]),
        timers: new CoarseTimers(1),
        logger: createLogger('gateway-test', { level: 'silent' }),
      },
      { onRequest: () => undefined, onHeld: () => undefined, onReleased: () => undefined, onClosed: () => undefined },
    );
    socket.push('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    await turn();
  });

  afterEach(() => jest.useRealTimers());

  it('stays until the last answer is taken, and then a moment for what the client still sends', async () => {
    jest.advanceTimersByTime(4_999);
    expect(socket.destroyed).toBe(false);
    socket.accept();
    await turn();
    jest.advanceTimersByTime(99);
    expect(socket.destroyed).toBe(false);
    // The timers are as fine as one millisecond here, and a tick late at most.
    jest.advanceTimersByTime(2);
    expect(socket.destroyed).toBe(true);
  });

  it('ends when the answer is not taken in time', () => {
    jest.advanceTimersByTime(5_001);
    expect(socket.destroyed).toBe(true);
  });

  it('knows its client by the IPv4 address, however the system writes it', () => {
    expect(connection.address).toBe('192.0.2.7');
  });
});
