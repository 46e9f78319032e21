export { deliver, type Delivered, type Parked } from './deliver.js';
export { retryStoppedKey, type DeadLetter } from './retry-stopped-key.js';
export { PARKED_PER_PARTITION, type DueKey, type Offset, type Partition, type PositionedMessage, type WaitingMessages } from './stopped-keys.js';
export { partitionOf, PARTITIONS } from '../partition-of.js';
export { DEFAULT_RETRY, retryDelay, type RetryPolicy } from '../retry-policy.js';
