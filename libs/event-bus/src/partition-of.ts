import { hash } from 'node:crypto';

/** Keys are spread over this many partitions of a topic. Never to be changed: a key would lose its order at the change. */
export const PARTITIONS = 8;

export function partitionOf(key: string): number {
  return hash('sha256', key, 'buffer').readUInt32BE(0) % PARTITIONS;
}
