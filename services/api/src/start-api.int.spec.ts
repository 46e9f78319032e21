import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { InvokeResponse } from '@windlass/contracts/worker/v1/worker_service';
import { startApi } from './index.js';
import { Peers, PROJECT } from './testing/peers.js';
import { configFor, RunningEdge } from './testing/running-edge.js';

const functions = `/v2/${PROJECT}/fgs/functions`;
const invocations = `${functions}/hello/invocations`;

describe('starting the edge', () => {
  it('fails when a service of the contracts has no address', async () => {
    const peers = new Peers();
    const { 'windlass.kms.v1': _kms, 'windlass.logs.v1': _logs, ...serviceAddresses } = peers.serviceAddresses;
    await expect(startApi({ ...configFor(peers), serviceAddresses })).rejects.toThrow('no address for windlass.kms.v1, no address for windlass.logs.v1');
    peers.stop();
  });

  it('fails when its port is taken, and leaves nothing listening', async () => {
    const peers = new Peers();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await expect(startApi({ ...configFor(peers), port })).rejects.toThrow('EADDRINUSE');
    taken.close();
    peers.stop();
  });
});

describe('a running edge', () => {
  let edge: RunningEdge;

  beforeEach(async () => {
    edge = await RunningEdge.start();
  });
  afterEach(() => edge.stop());

  it('is unavailable, not broken, while a service is away, and recovers by itself', async () => {
    expect((await edge.fetch(functions)).status).toBe(200);
    edge.peers.halt();

    const answer = await edge.fetch(functions);
    expect([answer.status, await answer.json()]).toEqual([503, { error_code: 'FSS.0503', error_msg: expect.stringContaining('not reachable') }]);
    const health = await fetch(`${edge.url}/healthz`);
    expect([health.status, await health.json()]).toEqual([
      503,
      { status: 'unavailable', unreachable: expect.arrayContaining(['windlass.iam.v1', 'windlass.registry.v1', 'windlass.kms.v1', 'windlass.logs.v1', 'worker 1']) },
    ]);

    await edge.peers.start();
    await expect(becomes(200, () => edge.fetch(functions))).resolves.toBe(200);
  });

  it('gives an invocation up when its caller goes away', async () => {
    const started = new Promise<AbortSignal>((resolve) => {
      edge.peers.invoke = (_request, cancelled) => {
        resolve(cancelled);
        return new Promise(() => {});
      };
    });
    const caller = new AbortController();
    const call = edge.fetch(invocations, { method: 'POST', body: '{}', signal: caller.signal });
    const cancelled = await started;
    const seen = once(cancelled, 'abort');
    caller.abort();
    await expect(call).rejects.toThrow('aborted');
    await seen;
    expect(cancelled.aborted).toBe(true);
  });

  it('lets running requests end before it is closed', async () => {
    let finish = () => {};
    const started = new Promise<void>((resolve) => {
      edge.peers.invoke = () => {
        resolve();
        return new Promise((done) => {
          finish = () => done(InvokeResponse.fromPartial({ result: { $case: 'response', value: { status_code: 200 } } }));
        });
      };
    });
    const call = edge.fetch(invocations, { method: 'POST', body: '{}' });
    await started;
    const closed = edge.api.close();
    finish();
    expect((await call).status).toBe(200);
    await closed;
    await expect(edge.fetch(functions)).rejects.toThrow('fetch failed');
  });
});

/** Asks until the status is the wanted one, for ten seconds at most. */
async function becomes(status: number, ask: () => Promise<Response>): Promise<number> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    await answer.arrayBuffer();
    if (answer.status === status || Date.now() > end) return answer.status;
  }
}
