import { InvocationBatch, InvocationFact, Fault } from '@windlass/contracts/worker/v1/invocation_facts';
import type { BusMessage } from '@windlass/event-bus';
import { silent } from '../instance/testing/instances.js';
import type { FinishedRequest } from '../invocation/index.js';
import type { PooledInstance } from '../pool/index.js';
import { exampleSpec } from '../testing/example-spec.js';
import { cpuShares } from './cpu-shares.js';
import { FactPublisher } from './fact-publisher.js';

function request(requestId: string, changes: Partial<FinishedRequest> = {}): FinishedRequest {
  return {
    requestId,
    spec: exampleSpec(),
    instance: undefined,
    receivedAt: 1_000,
    endedAt: 1_030,
    queueMs: 5,
    coldStartMs: 15,
    runMs: 10,
    coldStart: true,
    woken: false,
    status: 200,
    failure: undefined,
    memoryPeakMb: 42,
    bytesIn: 3,
    bytesOut: 7,
    ...changes,
  };
}

const instance = (id: string, cpuMs: number): PooledInstance => ({ id, cpuUsedMs: () => cpuMs, cpuCountedMs: 0 }) as unknown as PooledInstance;

describe('the facts of invocations', () => {
  let published: BusMessage[];
  let isDown: boolean;
  const bus = {
    publish: async (messages: readonly BusMessage[]) => {
      if (isDown) throw new Error('down');
      published.push(...messages);
    },
  };
  const batches = (): InvocationBatch[] => published.map(({ payload }) => InvocationBatch.decode(payload));
  const publisher = (options: object = {}) => new FactPublisher({ bus, logger: silent, workerId: 'w1', flushMs: 60_000, ...options });

  beforeEach(() => {
    published = [];
    isDown = false;
  });

  it('are published in a batch for each function, keyed by it, in the order the requests ended', async () => {
    const facts = publisher();
    for (const [id, func_id] of [['1', 'f1'], ['2', 'f2'], ['3', 'f1']] as const) facts.finished(request(id, { spec: exampleSpec({ func_id }) }));
    await facts.close();
    expect(published.map(({ topic, key }) => `${topic} ${key}`)).toEqual(['worker.invocations f1', 'worker.invocations f2']);
    expect(batches().map((batch) => batch.facts.map((fact) => fact.request_id))).toEqual([['1', '3'], ['2']]);
    expect(batches()[0]).toMatchObject({ worker_id: 'w1', domain_id: 'd1', project_id: 'p1', func_name: 'hello', dropped: 0 });
  });

  it('say how a request went, and whose fault it is when it failed', async () => {
    const facts = publisher();
    facts.finished(request('well', { instance: instance('i1', 8) }));
    facts.finished(request('late', { failure: { kind: 'TIMED_OUT', timeoutMs: 3_000, setBy: 'function' }, status: 504 }));
    facts.finished(request('refused', { failure: { kind: 'ACCOUNT_AT_LIMIT', domainId: 'd1', limit: 1 }, status: 429 }));
    facts.finished(request('full', { failure: { kind: 'QUEUE_FULL', scope: 'worker', queueLength: 1 }, status: 503 }));
    await facts.close();
    expect(batches()[0]?.facts).toMatchObject([
      { instance_id: 'i1', queue_ms: 5, cold_start_ms: 15, run_ms: 10, cold_start: true, status_code: 200, fault: Fault.UNSPECIFIED, reason: '', error_code: 0, memory_peak_mb: 42, bytes_in: 3, bytes_out: 7, cpu_ms: 8 },
      { fault: Fault.FUNCTION, reason: 'TIMED_OUT', error_code: 4010, status_code: 504, instance_id: '' },
      { fault: Fault.CALLER, reason: 'ACCOUNT_AT_LIMIT', error_code: 4021 },
      { fault: Fault.PLATFORM, reason: 'QUEUE_FULL', error_code: 150430 },
    ]);
    const [fact] = batches()[0]?.facts ?? [];
    expect((fact?.ended_at ?? 0) - (fact?.received_at ?? 0)).toBeCloseTo(30);
    expect(fact?.received_at).toBeCloseTo(performance.timeOrigin + 1_000);
  });

  it('leave out nothing that the contract knows', async () => {
    const facts = publisher();
    facts.finished(request('é'.repeat(50), { instance: instance('i1', 8), woken: true, failure: { kind: 'TIMED_OUT', timeoutMs: 3_000, setBy: 'function' }, status: 504 }));
    facts.finished(request('x'.repeat(300)));
    await facts.close();
    const [fact, next] = batches()[0]?.facts ?? [];
    const unset = InvocationFact.fromPartial({});
    for (const name of Object.keys(unset) as (keyof InvocationFact)[]) expect([name, fact?.[name]]).not.toEqual([name, unset[name]]);
    expect(fact?.request_id).toBe('é'.repeat(50));
    expect(next).toMatchObject({ request_id: 'x'.repeat(300), cpu_ms: 0, memory_peak_mb: 42 });
  });

  it('are published in batches of bounded size', async () => {
    const facts = publisher();
    for (let count = 0; count < 4_100; count += 1) facts.finished(request(String(count), { instance: instance('i1', 0) }));
    await facts.close();
    expect(batches().map((batch) => batch.facts.length)).toEqual([2_000, 2_000, 100]);
    expect(batches().flatMap((batch) => batch.facts.map(({ request_id }) => request_id))).toEqual(Array.from({ length: 4_100 }, (_, count) => String(count)));
  });

  it('wait for the bus, and are the same batch when they are sent again', async () => {
    const facts = publisher({ flushMs: 1 });
    isDown = true;
    facts.finished(request('1'));
    await new Promise((resolve) => setImmediate(resolve));
    isDown = false;
    await facts.close();
    expect(batches().map((batch) => batch.facts.length)).toEqual([1]);
  });

  it('are dropped, the oldest of the function with the most, and counted, where there is no room to keep them', async () => {
    const facts = publisher({ maxFacts: 10 });
    facts.finished(request('kept', { spec: exampleSpec({ func_id: 'quiet' }) }));
    for (let count = 0; count < 25; count += 1) facts.finished(request(String(count)));
    await facts.close();
    const [quiet, flood] = batches();
    expect([quiet?.facts.length, quiet?.dropped]).toEqual([1, 0]);
    expect([flood?.facts.length, flood?.dropped, flood?.facts.at(-1)?.request_id]).toEqual([9, 16, '24']);
  });

  it('are given up when the bus does not come back before the end', async () => {
    const facts = publisher({ closeMs: 50 });
    isDown = true;
    facts.finished(request('1'));
    await facts.close();
    expect(published).toEqual([]);
  });

  it('share the processor time of an instance by how long the requests ran, and count none twice', () => {
    const shared = instance('i1', 90);
    const requests = [{ instance: shared, runMs: 10 }, { instance: undefined, runMs: 5 }, { instance: shared, runMs: 20 }, { instance: instance('i2', 4), runMs: 0 }];
    expect(cpuShares(requests)).toEqual([30, 0, 60, 4]);
    expect(cpuShares(requests).slice(0, 3)).toEqual([0, 0, 0]);
  });
});
