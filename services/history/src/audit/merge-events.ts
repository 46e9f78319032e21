/** A part of a trail, in its own order; `hasMore` when it goes on after the last of these. */
export interface Part<E> {
  readonly name: string;
  readonly events: readonly E[];
}

/**
 * The first `limit` events of several parts by time, each part's own order kept: of the events that come next in their
 * parts, the one with the earliest (or latest) time is taken, and of equal ones that of the first part.
 */
export function mergeEvents<E extends { readonly time: string }>(parts: readonly Part<E>[], order: 'oldest' | 'newest', limit: number): readonly { readonly part: string; readonly event: E }[] {
  const next = parts.map(() => 0);
  const merged: { part: string; event: E }[] = [];
  while (merged.length < limit) {
    let chosen: { index: number; name: string; event: E } | undefined;
    for (const [index, { name, events }] of parts.entries()) {
      const event = events[next[index] ?? 0];
      if (event === undefined) continue;
      const comesFirst = chosen === undefined || (order === 'oldest' ? event.time < chosen.event.time : event.time > chosen.event.time);
      if (comesFirst) chosen = { index, name, event };
    }
    if (chosen === undefined) break;
    next[chosen.index] = (next[chosen.index] ?? 0) + 1;
    merged.push({ part: chosen.name, event: chosen.event });
  }
  return merged;
}
