import { RateAllowance } from './rate-allowance.js';

describe('what an account may send to its logs', () => {
  it('is two seconds\' worth at once, whole batches, and then what comes back with time', () => {
    const allowance = new RateAllowance(() => ({ linesPerSecond: 100, bytesPerSecond: 1_000_000 }), 0);
    allowance.take(150, 10);
    expect(allowance.waitMs(0)).toBe(0);
    allowance.take(150, 10);
    expect(allowance.waitMs(0)).toBe(1_000);
    expect(allowance.waitMs(900)).toBe(100);
    expect(allowance.waitMs(1_001)).toBe(0);
  });

  it('lets batches go up to the one that takes more than is left', () => {
    const allowance = new RateAllowance(() => ({ linesPerSecond: 50, bytesPerSecond: 1_000 }), 0);
    const batch = (lines: number) => ({ lines, payload: new Uint8Array(10) });
    const batches = [batch(60), batch(60), batch(1)];
    expect(allowance.affordable(batches)).toEqual(batches.slice(0, 2));
    allowance.take(60, 20);
    expect(allowance.affordable(batches)).toEqual(batches.slice(0, 1));
    allowance.take(60, 20);
    expect(allowance.affordable(batches)).toEqual([]);
  });

  it('is bounded by bytes as by lines', () => {
    const allowance = new RateAllowance(() => ({ linesPerSecond: 1_000_000, bytesPerSecond: 1_000 }), 0);
    allowance.take(1, 3_000);
    expect(allowance.waitMs(0)).toBe(1_000);
  });

  it('follows the operator, who may also allow nothing', () => {
    let linesPerSecond = 10;
    const allowance = new RateAllowance(() => ({ linesPerSecond, bytesPerSecond: 1_000 }), 0);
    allowance.take(30, 0);
    expect(allowance.waitMs(0)).toBe(1_000);
    linesPerSecond = 0;
    expect(allowance.waitMs(10)).toBe(Infinity);
    linesPerSecond = 1_000;
    expect(allowance.waitMs(100)).toBe(0);
  });

  it('is full again only when nothing is owed', () => {
    const allowance = new RateAllowance(() => ({ linesPerSecond: 10, bytesPerSecond: 1_000 }), 0);
    expect(allowance.isFull(0)).toBe(true);
    allowance.take(10, 0);
    expect(allowance.isFull(500)).toBe(false);
    expect(allowance.isFull(1_000)).toBe(true);
  });
});
