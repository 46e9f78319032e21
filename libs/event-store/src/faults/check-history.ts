/** What a run has left, as it was read when nothing was at work any more. */
export interface History {
  /** Operations that were tried, and of them those that were acknowledged. */
  readonly tried: readonly string[];
  readonly acknowledged: readonly string[];
  /** The log, in its order. */
  readonly log: readonly LoggedOperation[];
  /** What the consumers applied, in the order in which they did. */
  readonly applied: readonly AppliedOperation[];
}

export interface LoggedOperation {
  readonly stream: string;
  readonly version: number;
  readonly operation: string;
}

export interface AppliedOperation {
  readonly stream: string;
  readonly revision: number;
  readonly operation: string;
}

/**
 * Whatever of the promises does not hold, in words: an acknowledged write is in the log once, nothing else is there that was not
 * tried, versions of a stream have no gaps, and each event was applied once, in the order of its stream.
 */
export function problemsOf({ tried, acknowledged, log, applied }: History): string[] {
  const problems: string[] = [];
  const times = new Map<string, number>();
  const next = new Map<string, number>();
  const known = new Set(tried);
  for (const { stream, version, operation } of log) {
    times.set(operation, (times.get(operation) ?? 0) + 1);
    if (!known.has(operation)) problems.push(`the log holds ${operation}, which nobody tried`);
    const expected = next.get(stream) ?? 1;
    if (version !== expected) problems.push(`the log holds version ${version} of ${stream} where ${expected} is next`);
    next.set(stream, version + 1);
  }
  for (const operation of acknowledged) if (!times.has(operation)) problems.push(`${operation} was acknowledged and is lost`);
  for (const [operation, count] of times) if (count > 1) problems.push(`${operation} happened ${count} times`);

  const byPlace = new Map(log.map(({ stream, version, operation }) => [`${stream}/${version}`, operation]));
  const heard = new Map<string, number>();
  for (const { stream, revision, operation } of applied) {
    const expected = (heard.get(stream) ?? 0) + 1;
    if (revision !== expected) problems.push(`${stream}: revision ${revision} was applied where ${expected} was next`);
    if (byPlace.get(`${stream}/${revision}`) !== operation) problems.push(`${stream}: what was applied as revision ${revision} is not what the log holds`);
    heard.set(stream, Math.max(revision, expected - 1));
  }
  for (const [stream, end] of next) if ((heard.get(stream) ?? 0) !== end - 1) problems.push(`${stream}: ${end - 1} events are in the log and ${heard.get(stream) ?? 0} were applied`);
  return problems;
}
