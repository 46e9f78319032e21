export interface RetryPolicy {
  /** The wait after the first failure; doubled by each further one up to the cap. */
  readonly firstMilliseconds: number;
  readonly capMilliseconds: number;
  /** How often a message is tried on the spot, while those behind it wait, before its key is stopped. */
  readonly triesOnTheSpot: number;
  /** A message that failed this often in a row is reported as a dead letter. It goes on being tried at the cap. */
  readonly maxFailures: number;
}

export const DEFAULT_RETRY: RetryPolicy = { firstMilliseconds: 100, capMilliseconds: 30_000, triesOnTheSpot: 3, maxFailures: 10 };

/** The wait after so many failures in a row. */
export function retryDelay(policy: RetryPolicy, failures: number): number {
  return Math.min(policy.firstMilliseconds * 2 ** Math.min(Math.max(failures - 1, 0), 30), policy.capMilliseconds);
}
