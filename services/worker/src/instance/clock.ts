const NS_PER_MS = 1_000_000n;
const LARGEST_DRIFT_NS = 2n * NS_PER_MS;
let offsetNs = wallNs() - process.hrtime.bigint();

function wallNs(): bigint {
  return BigInt(Date.now()) * NS_PER_MS;
}

/**
 * Nanoseconds since the epoch. The monotonic clock gives the resolution the wall clock of JavaScript lacks; when the
 * wall clock was set meanwhile, it is followed.
 */
export function epochNanoseconds(): bigint {
  const now = process.hrtime.bigint() + offsetNs;
  const drift = wallNs() - now;
  if (drift < LARGEST_DRIFT_NS && drift > -LARGEST_DRIFT_NS) return now;
  offsetNs += drift;
  return now + drift;
}
