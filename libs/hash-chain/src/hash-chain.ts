import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** What a stream's first event names as the hash before it. */
export const GENESIS = Buffer.alloc(32);

/** What the hash of an event covers. Not its place among other streams, which a restored backup may have to change. */
export interface HashedEvent {
  readonly id: string;
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly tenant: string;
  readonly data: unknown;
  readonly metadata: unknown;
  readonly recordedAt: Date;
}

/**
 * SHA-256 over the previous event's hash (32 bytes) followed by the UTF-8 canonical JSON of the event, with `recordedAt`
 * in ISO 8601 with milliseconds. An event therefore vouches for everything before it in its stream.
 */
export function chainHash(previousHash: Buffer, event: HashedEvent): Buffer {
  const { id, streamId, version, type, schemaVersion, tenant, data, metadata, recordedAt } = event;
  const covered = canonicalJson({ id, streamId, version, type, schemaVersion, tenant, data, metadata, recordedAt });
  return createHash('sha256').update(previousHash).update(covered).digest();
}
