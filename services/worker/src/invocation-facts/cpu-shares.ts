import type { FinishedRequest } from '../invocation/index.js';

/** What is read of an instance, and how much of it earlier requests have got. */
interface Counted {
  cpuUsedMs(): number;
  cpuCountedMs: number;
}

/**
 * The processor time of each request, in their order: what an instance used since the last count is shared among those of its requests that
 * ended meanwhile, by how long they ran. Reading the time of every instance at every request would cost more than many a request.
 */
export function cpuShares(requests: readonly Pick<FinishedRequest, 'instance' | 'runMs'>[]): number[] {
  const instances = new Map<Counted, { usedMs: number; ranMs: number; requests: number }>();
  for (const { instance, runMs } of requests) {
    if (instance === undefined) continue;
    let sums = instances.get(instance);
    if (sums === undefined) instances.set(instance, (sums = { usedMs: countNow(instance), ranMs: 0, requests: 0 }));
    sums.ranMs += runMs;
    sums.requests += 1;
  }
  return requests.map(({ instance, runMs }) => {
    const sums = instance && instances.get(instance);
    if (sums === undefined) return 0;
    return sums.usedMs * (sums.ranMs > 0 ? runMs / sums.ranMs : 1 / sums.requests);
  });
}

function countNow(instance: Counted): number {
  const now = instance.cpuUsedMs();
  // Where no group counts, processes that end can take their time with them.
  const since = Math.max(0, now - instance.cpuCountedMs);
  instance.cpuCountedMs = Math.max(now, instance.cpuCountedMs);
  return since;
}
