import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import type { HashedEvent } from './hash-chain.js';

/** An event as its account may keep it: what is secret in its data is replaced by `sealSecrets`, and its place is told. */
export interface ShownEvent extends Omit<HashedEvent, 'recordedAt'> {
  /** `<service>:<transaction>.<number>`, the order of a service's events. */
  readonly position: string;
  /** ISO 8601 with milliseconds, UTC. */
  readonly recordedAt: string;
}

/** What a checkpoint holds an event to. */
export interface SealedEvent {
  readonly position: string;
  readonly id: string;
  readonly streamId: string;
  readonly version: number;
  /** Of the shown event: 64 hex digits. */
  readonly digest: string;
}

/** The root over no events. */
export const NO_ROOT = '0'.repeat(64);

/** SHA-256 of the RFC 8785 JSON of the shown event. */
export function eventDigest({ position, id, streamId, version, type, schemaVersion, tenant, data, metadata, recordedAt }: ShownEvent): string {
  return sha256(canonicalJson({ position, id, streamId, version, type, schemaVersion, tenant, data, metadata, recordedAt }));
}

export function sealEvent(event: ShownEvent): SealedEvent {
  const { position, id, streamId, version } = event;
  return { position, id, streamId, version, digest: eventDigest(event) };
}

/** The root over one more event: SHA-256 over the root before it (32 bytes) and the RFC 8785 JSON of the sealed event. */
export function nextRoot(root: string, { position, id, streamId, version, digest }: SealedEvent): string {
  return createHash('sha256').update(Buffer.from(root, 'hex')).update(canonicalJson({ position, id, streamId, version, digest })).digest('hex');
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
