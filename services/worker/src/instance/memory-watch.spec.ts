import type { ResourceGroup } from '../cgroup/resource-group.js';
import { MemoryWatch } from './memory-watch.js';

function group(use: { bytes: number; kills?: number }): ResourceGroup {
  return { add() {}, usedBytes: () => use.bytes, outOfMemoryKills: () => use.kills ?? 0, remove: async () => undefined };
}

describe('watching memory', () => {
  it('tells of an instance that uses too much or lost a process to the kernel, once each, however many there are', async () => {
    const watch = new MemoryWatch();
    const exceeded: string[] = [];
    const stops = Array.from({ length: 200 }, () => watch.watch(group({ bytes: 10 }), 10, () => exceeded.push('within')));
    await new Promise<void>((resolve) => {
      const note = (what: string) => (): void => {
        exceeded.push(what);
        if (exceeded.length === 2) resolve();
      };
      stops.push(watch.watch(group({ bytes: 11 }), 10, note('above')));
      stops.push(watch.watch(group({ bytes: 0, kills: 1 }), 10, note('killed')));
      // The watch lets the process end, so something else has to keep this test alive.
      const alive = setInterval(() => undefined, 1_000);
      stops.push(() => clearInterval(alive));
    });
    for (const stop of stops) stop();
    expect(exceeded.sort()).toEqual(['above', 'killed']);
  });
});
