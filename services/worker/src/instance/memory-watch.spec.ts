import type { MemoryUse } from '../cgroup/resource-group.js';
import { MemoryWatch } from './memory-watch.js';

function group(use: { bytes: number; kills?: number }): MemoryUse {
  return { usedBytes: () => use.bytes, outOfMemoryKills: () => use.kills ?? 0 };
}

describe('watching memory', () => {
  const stops: (() => void)[] = [];
  beforeEach(() => {
    // The watch lets the process end, so something else has to keep these tests alive.
    const alive = setInterval(() => undefined, 1_000);
    stops.push(() => clearInterval(alive));
  });
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  it('tells of an instance that uses too much or lost a process to the kernel, once each, however many there are', async () => {
    const watch = new MemoryWatch();
    const exceeded: string[] = [];
    const add = (use: { bytes: number; kills?: number }, onExceeded: () => void): void => {
      const reading = watch.watch(group(use), 10, onExceeded);
      stops.push(() => reading.stop());
    };
    for (let count = 0; count < 200; count += 1) add({ bytes: 10 }, () => exceeded.push('within'));
    await new Promise<void>((resolve) => {
      const note = (what: string) => (): void => {
        exceeded.push(what);
        if (exceeded.length === 2) resolve();
      };
      add({ bytes: 11 }, note('above'));
      add({ bytes: 0, kills: 1 }, note('killed'));
    });
    expect(exceeded.sort()).toEqual(['above', 'killed']);
  });

  it('keeps the most an instance was seen to use', () => {
    const use = { bytes: 7 };
    const reading = new MemoryWatch().watch(group(use), 10, () => undefined);
    stops.push(() => reading.stop());
    reading.read();
    use.bytes = 3;
    expect([reading.read(), reading.usedBytes, reading.peakBytes]).toEqual([3, 3, 7]);
  });

  it('leaves a frozen instance alone, and finds one that uses too much once it runs again', async () => {
    const watch = new MemoryWatch();
    const use = { bytes: 5 };
    const reads: number[] = [];
    const counted = { ...group(use), usedBytes: () => (reads.push(use.bytes), use.bytes) };
    await new Promise<void>((resolve) => {
      const reading = watch.watch(counted, 10, resolve);
      reading.pause();
      const other = watch.watch(group({ bytes: 11 }), 10, () => {
        // The other was read, this one was not.
        expect(reads).toEqual([]);
        use.bytes = 11;
        reading.resume();
      });
      stops.push(() => reading.stop(), () => other.stop());
    });
    expect(reads).toEqual([11]);
  });
});
