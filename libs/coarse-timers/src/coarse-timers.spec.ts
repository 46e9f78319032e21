import { jest } from '@jest/globals';
import fc from 'fast-check';
import { CoarseTimers, Deadline } from './coarse-timers.js';

describe('coarse timers', () => {
  beforeEach(() => void jest.useFakeTimers({ now: 0 }));
  afterEach(() => void jest.useRealTimers());

  const wheel = () => new CoarseTimers(20, () => performance.now());

  it('pass every deadline that was not cleared, never early and at most two ticks late, whatever was set and when', () => {
    const steps = fc.array(fc.record({ after: fc.nat(3_000), ms: fc.nat(30_000), clear: fc.boolean() }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (plan) => {
        const timers = wheel();
        const wanted: number[] = [];
        const late: number[] = [];
        let owed = 0;
        for (const { after, ms, clear } of plan) {
          jest.advanceTimersByTime(after);
          const due = performance.now() + ms;
          const index = wanted.push(due) - 1;
          const deadline = new Deadline(timers, () => late.push(performance.now() - (wanted[index] as number)));
          deadline.set(ms);
          if (clear) deadline.clear();
          else owed += 1;
        }
        jest.advanceTimersByTime(40_000);
        expect(late).toHaveLength(owed);
        expect(late.every((by) => by >= 0 && by <= 40)).toBe(true);
        expect(jest.getTimerCount()).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('let a deadline be moved, and set again from where it passes', () => {
    const timers = wheel();
    const passed: number[] = [];
    const deadline: Deadline = new Deadline(timers, () => {
      passed.push(performance.now());
      if (passed.length < 3) deadline.set(100);
    });
    deadline.set(50);
    deadline.set(1_000);
    jest.advanceTimersByTime(900);
    expect(passed).toEqual([]);
    jest.advanceTimersByTime(1_000);
    expect(passed).toHaveLength(3);
    expect(deadline.pending).toBe(false);
  });

  it('do not pass a deadline that another one cleared in the same tick', () => {
    const timers = wheel();
    let passed = 0;
    const second = new Deadline(timers, () => (passed += 1));
    const first = new Deadline(timers, () => second.clear());
    first.set(10);
    second.set(10);
    jest.advanceTimersByTime(200);
    expect(passed).toBe(0);
  });
});
