import type { InvocationBatch } from '@windlass/contracts/worker/v1/invocation_facts';
import { Fault } from '@windlass/contracts/worker/v1/invocation_facts';

/** What requests to one version of a function came to within one minute. They are counted in the minute in which they ended. */
export interface MinuteTally {
  readonly funcId: string;
  readonly version: string;
  readonly domainId: string;
  readonly projectId: string;
  /** Epoch milliseconds at which it begins. */
  readonly minute: number;
  count: number;
  functionErrors: number;
  systemErrors: number;
  rejected: number;
  /** Those that an instance had; the times are theirs, in milliseconds. */
  served: number;
  durationMs: number;
  longestMs: number;
  shortestMs: number;
  gbSeconds: number;
  readonly instances: Set<string>;
}

export const MINUTE_MS = 60_000;

// Refused because too many were in hand, or waited: by whom does not matter to who counts them.
const REJECTIONS = new Set(['ACCOUNT_AT_LIMIT', 'QUEUE_FULL', 'WAIT_TOO_LONG', 'NO_INSTANCE_IN_TIME']);

/** Adds up what batches tell, by function, version and minute. What came before the oldest minute that is kept is left out. */
export function tally(batches: readonly InvocationBatch[], oldestMinute: number): readonly MinuteTally[] {
  const tallies = new Map<string, MinuteTally>();
  for (const batch of batches) {
    for (const fact of batch.facts) {
      const minute = Math.floor(fact.ended_at / MINUTE_MS) * MINUTE_MS;
      if (!Number.isFinite(minute) || minute < oldestMinute) continue;
      const name = `${batch.func_id} ${minute} ${fact.version}`;
      let found = tallies.get(name);
      if (found === undefined) tallies.set(name, (found = nothing(batch, fact.version, minute)));
      add(found, fact);
    }
  }
  // Always in one order, so that two who write cannot wait for each other.
  return [...tallies.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
}

function add(to: MinuteTally, { instance_id, run_ms, memory_size_mb, fault, reason }: InvocationBatch['facts'][number]): void {
  to.count += 1;
  if (REJECTIONS.has(reason)) to.rejected += 1;
  else if (fault === Fault.FUNCTION) to.functionErrors += 1;
  else if (fault === Fault.PLATFORM) to.systemErrors += 1;
  if (instance_id === '') return;
  to.served += 1;
  to.durationMs += run_ms;
  to.longestMs = Math.max(to.longestMs, run_ms);
  to.shortestMs = Math.min(to.shortestMs, run_ms);
  to.gbSeconds += (run_ms / 1000) * (memory_size_mb / 1024);
  to.instances.add(instance_id);
}

function nothing({ func_id: funcId, domain_id: domainId, project_id: projectId }: InvocationBatch, version: string, minute: number): MinuteTally {
  return { funcId, version, domainId, projectId, minute, count: 0, functionErrors: 0, systemErrors: 0, rejected: 0, served: 0, durationMs: 0, longestMs: 0, shortestMs: Infinity, gbSeconds: 0, instances: new Set() };
}
