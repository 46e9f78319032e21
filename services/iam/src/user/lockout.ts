/** Recent failed log-ins of one user. */
export interface LogInFailures {
  /** At most `MAX_FAILURES` moments, oldest first. */
  readonly failedAt: readonly Date[];
  readonly lockedUntil: Date | undefined;
}

/** This many failures ... */
export const MAX_FAILURES = 5;
/** ... within this time lock the user ... */
export const FAILURE_WINDOW_MS = 15 * 60_000;
/** ... for this long. */
export const LOCK_MS = 15 * 60_000;

export const noFailures: LogInFailures = { failedAt: [], lockedUntil: undefined };

export function isLocked(failures: LogInFailures, now: Date): boolean {
  return failures.lockedUntil !== undefined && now < failures.lockedUntil;
}

/** One more failure at `now`. A lock starts the count again. */
export function afterFailure(failures: LogInFailures, now: Date): LogInFailures {
  const since = now.getTime() - FAILURE_WINDOW_MS;
  const failedAt = [...failures.failedAt.filter((moment) => moment.getTime() > since), now];
  return failedAt.length < MAX_FAILURES ? { failedAt, lockedUntil: undefined } : { failedAt: [], lockedUntil: new Date(now.getTime() + LOCK_MS) };
}
