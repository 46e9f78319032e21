import { canonicalContext, type EncryptionContext } from './encryption-context.js';
import { NONCE_BYTES, open, seal, TAG_BYTES } from '../sealed-box.js';

/**
 * A sealed data key or sealed data, as clients keep it: everything needed to find the key that opens it, and nothing else.
 *
 *     byte   0        format: 1 a data key, 2 data
 *            1 – 16   id of the key
 *           17 – 20   version of its material, big-endian
 *           21 – 32   nonce
 *           33 –      plaintext under AES-256-GCM, then the tag
 *
 * Format, key and version are sealed in with the tenant and the caller's own authenticated data, so an envelope opens for
 * nobody else, under no other key, and with no byte changed.
 */
export interface Envelope {
  readonly kind: EnvelopeKind;
  readonly keyId: string;
  readonly materialVersion: number;
  readonly nonce: Buffer;
  /** Ciphertext and tag. */
  readonly sealed: Buffer;
}

export interface EnvelopeContext extends EncryptionContext {
  readonly domainId: string;
  readonly projectId: string;
}

/** What is in an envelope. One is never opened as the other. */
export type EnvelopeKind = 'data_key' | 'data';

const KINDS = {
  data_key: { format: 1, label: 'windlass kms data key', longestBytes: 1024 },
  data: { format: 2, label: 'windlass kms data', longestBytes: 4096 },
} as const satisfies Record<EnvelopeKind, object>;

const KEY_ID_BYTES = 16;
const VERSION_AT = 1 + KEY_ID_BYTES;
const NONCE_AT = VERSION_AT + 4;
const SEALED_AT = NONCE_AT + NONCE_BYTES;

export function sealEnvelope(material: Buffer, envelope: Omit<Envelope, 'sealed'>, context: EnvelopeContext, plaintext: Buffer): Buffer {
  const { kind, keyId, materialVersion, nonce } = envelope;
  const header = Buffer.alloc(SEALED_AT);
  header.writeUInt8(KINDS[kind].format, 0);
  header.write(keyId.replaceAll('-', ''), 1, 'hex');
  header.writeUInt32BE(materialVersion, VERSION_AT);
  nonce.copy(header, NONCE_AT);
  return Buffer.concat([header, seal(material, nonce, contextOf(envelope, context), plaintext)]);
}

/** The plaintext, or undefined when anything about it is not as it was sealed. */
export function openEnvelope(material: Buffer, envelope: Envelope, context: EnvelopeContext): Buffer | undefined {
  return open(material, envelope.nonce, contextOf(envelope, context), envelope.sealed);
}

/** Reads the outside of an envelope; undefined when the bytes cannot be one. What it says is proved only by opening it. */
export function readEnvelope(kind: EnvelopeKind, bytes: Buffer): Envelope | undefined {
  const sealedBytes = bytes.length - SEALED_AT;
  if (sealedBytes <= TAG_BYTES || sealedBytes > KINDS[kind].longestBytes + TAG_BYTES || bytes[0] !== KINDS[kind].format) return undefined;
  return {
    kind,
    keyId: uuidOf(bytes.toString('hex', 1, VERSION_AT)),
    materialVersion: bytes.readUInt32BE(VERSION_AT),
    nonce: bytes.subarray(NONCE_AT, SEALED_AT),
    sealed: bytes.subarray(SEALED_AT),
  };
}

function uuidOf(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function contextOf({ kind, keyId, materialVersion }: Pick<Envelope, 'kind' | 'keyId' | 'materialVersion'>, context: EnvelopeContext): string[] {
  const { format, label } = KINDS[kind];
  const parts = [label, String(format), context.domainId, context.projectId, keyId, String(materialVersion), context.authenticatedData];
  // Nothing at all where there is no context: so it was before there were any.
  return Object.keys(context.encryptionContext).length === 0 ? parts : [...parts, canonicalContext(context.encryptionContext)];
}
