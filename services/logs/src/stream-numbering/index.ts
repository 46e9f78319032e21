export { forgetBatches } from './forget-batches.js';
export { numberBatches, type NumberedStream } from './number-batches.js';
export { retryStale } from './retry-stale.js';
export { StreamTurns } from './stream-turns.js';
