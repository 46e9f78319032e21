import fc from 'fast-check';
import { afterFailure, circuitAt, CLOSED, FORGET_MS, type CrashCircuit } from './crash-circuit.js';

describe('the circuit of a crash loop', () => {
  const failing = (times: number, from: CrashCircuit = CLOSED, at = 0): CrashCircuit =>
    Array.from({ length: times }).reduce<CrashCircuit>((circuit) => afterFailure(circuit, circuit.state === 'closed' ? at : circuit.until), from);

  it('opens for a second at the third failure in a row', () => {
    expect(failing(2)).toMatchObject({ state: 'closed', failures: 2 });
    expect(failing(3)).toEqual({ state: 'open', failures: 3, until: 1_000 });
  });

  it('is half-open when its time is over, and opens for twice as long, up to half a minute, when that fails too', () => {
    expect(circuitAt(failing(3), 999).state).toBe('open');
    expect(circuitAt(failing(3), 1_000).state).toBe('half-open');
    const lengths = [3, 4, 5, 6, 7, 8, 9, 20].map((times) => {
      const [before, after] = [failing(times - 1), failing(times)];
      return after.state === 'open' ? after.until - (before.state === 'closed' ? 0 : before.until) : 0;
    });
    expect(lengths).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('takes failures that come while it is open for one', () => {
    const open = failing(3);
    expect(afterFailure(open, 500)).toBe(open);
  });

  it('forgets failures that are long past', () => {
    expect(afterFailure(failing(2), FORGET_MS)).toMatchObject({ state: 'closed', failures: 1 });
    expect(circuitAt(failing(5), 7_000 + FORGET_MS)).toEqual(CLOSED);
  });

  it('is never open for longer than half a minute after the last failure, whatever happened', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 40 }), (pauses) => {
        let now = 0;
        let circuit: CrashCircuit = CLOSED;
        for (const pause of pauses) {
          now += pause;
          circuit = afterFailure(circuit, now);
          expect(circuitAt(circuit, now + 30_000).state).not.toBe('open');
        }
      }),
    );
  });
});
