import { Fault, InvocationBatch } from '@windlass/contracts/worker/v1/invocation_facts';
import fc from 'fast-check';
import { MINUTE_MS, tally, type MinuteTally } from './invocation-tally.js';

type Summed = 'count' | 'served' | 'functionErrors' | 'systemErrors' | 'durationMs';
type Fact = Partial<InvocationBatch['facts'][number]>;
const batch = (...facts: Fact[]): InvocationBatch => InvocationBatch.fromPartial({ batch_id: 'b1', domain_id: 'd1', project_id: 'p1', func_id: 'f1', facts: facts.map((fact) => ({ version: 'latest', ended_at: 60_000, ...fact })) });
const only = (...facts: Fact[]): MinuteTally => {
  const found = tally([batch(...facts)], 0);
  expect(found).toHaveLength(1);
  return found[0]!;
};

describe('what is counted of requests', () => {
  it('is how many ended, and how long instances had them', () => {
    const told = only({ instance_id: 'i1', run_ms: 30, memory_size_mb: 512 }, { instance_id: 'i2', run_ms: 10, memory_size_mb: 512 }, { instance_id: 'i1', run_ms: 20, memory_size_mb: 512 });
    expect(told).toMatchObject({ funcId: 'f1', version: 'latest', domainId: 'd1', projectId: 'p1', minute: 60_000, count: 3, served: 3, durationMs: 60, longestMs: 30, shortestMs: 10, gbSeconds: 0.03 });
    expect([...told.instances]).toEqual(['i1', 'i2']);
  });

  it('is whose fault failures were, and refusals for want of room are no failures', () => {
    const told = only(
      { fault: Fault.FUNCTION, reason: 'TIMED_OUT', instance_id: 'i1', run_ms: 5 },
      { fault: Fault.PLATFORM, reason: 'WORKER_FAILED' },
      { fault: Fault.CALLER, reason: 'CALLER_GONE' },
      { fault: Fault.CALLER, reason: 'ACCOUNT_AT_LIMIT' },
      { fault: Fault.PLATFORM, reason: 'QUEUE_FULL' },
    );
    expect(told).toMatchObject({ count: 5, functionErrors: 1, systemErrors: 1, rejected: 2, served: 1 });
  });

  it('is kept apart by version and by the minute in which a request ended, the oldest left out', () => {
    const found = tally([batch({ ended_at: 59_999 }, { ended_at: 60_000 }, { ended_at: 119_999 }, { ended_at: 120_000 }, { ended_at: 120_000, version: 'v1' }, { ended_at: Number.NaN })], 60_000);
    expect(found.map(({ minute, version, count }) => [minute, version, count])).toEqual([
      [120_000, 'latest', 1],
      [120_000, 'v1', 1],
      [60_000, 'latest', 2],
    ]);
  });

  it('adds up to what was told, however it is cut into batches', () => {
    const fact = fc.record({ ended_at: fc.integer({ min: 0, max: 5 * MINUTE_MS }), instance_id: fc.constantFrom('', 'i1', 'i2'), run_ms: fc.integer({ min: 0, max: 1000 }), fault: fc.constantFrom(Fault.UNSPECIFIED, Fault.FUNCTION, Fault.PLATFORM) });
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 40 }), fc.nat(40), (facts, cut) => {
        const sum = (parts: readonly MinuteTally[], field: Summed): number => parts.reduce((total, one) => total + one[field], 0);
        const parts = [batch(...facts.slice(0, cut)), batch(...facts.slice(cut))];
        const [together, apart] = [tally(parts, 0), parts.flatMap((part) => tally([part], 0))];
        for (const field of ['count', 'served', 'functionErrors', 'systemErrors', 'durationMs'] as const) expect(sum(apart, field)).toBe(sum(together, field));
        expect(sum(together, 'count')).toBe(facts.length);
      }),
    );
  });
});
