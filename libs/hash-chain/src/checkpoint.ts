import { verify, type KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import { NO_ROOT, sha256 } from './sealed-event.js';

export const CHECKPOINT_FORMAT = 'windlass-checkpoint/1';

/** What a checkpoint's first one names as the hash before it. */
export const NO_CHECKPOINT = NO_ROOT;

/** How far a checkpoint reaches in the log of one service. */
export interface CheckpointedService {
  readonly service: string;
  /** Of the last event it covers; empty when it covers none. */
  readonly position: string;
  /** How many events of the account it covers, from the first on. */
  readonly events: number;
  /** The running root over them (`nextRoot`). */
  readonly root: string;
}

/** What a checkpoint says. */
export interface CheckpointContent {
  readonly format: typeof CHECKPOINT_FORMAT;
  readonly accountId: string;
  /** 1 for the account's first, without gaps. */
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly previousHash: string;
  /** In the order of their names. */
  readonly services: readonly CheckpointedService[];
}

export interface CheckpointSignature {
  readonly keyId: string;
  readonly algorithm: string;
  /** Ed25519 (RFC 8032) over the 32 bytes of the hash. */
  readonly value: Buffer;
}

export interface Checkpoint {
  readonly content: CheckpointContent;
  /** 64 hex digits. */
  readonly hash: string;
  readonly signature: CheckpointSignature;
}

/** SHA-256 of the RFC 8785 JSON of what the checkpoint says. */
export function checkpointHash({ format, accountId, number, madeAt, previousHash, services }: CheckpointContent): string {
  const covered = services.map(({ service, position, events, root }) => ({ service, position, events, root }));
  return sha256(canonicalJson({ format, accountId, number, madeAt, previousHash, services: covered }));
}

/** Whether one of the keys made the signature over the hash. */
export function isSignedBy(keys: readonly KeyObject[], { hash, signature }: Pick<Checkpoint, 'hash' | 'signature'>): boolean {
  if (signature.algorithm !== 'ED25519') return false;
  return keys.some((key) => key.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(hash, 'hex'), key, signature.value));
}
