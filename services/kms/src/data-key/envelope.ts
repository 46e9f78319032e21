import { NONCE_BYTES, open, seal, TAG_BYTES } from '../sealed-box.js';

/**
 * A wrapped data key, as clients keep it: everything needed to find the key that opens it, and nothing else.
 *
 *     byte   0        format, 1
 *            1 – 16   id of the key
 *           17 – 20   version of its material, big-endian
 *           21 – 32   nonce
 *           33 –      data key under AES-256-GCM, then the tag
 *
 * Format, key and version are sealed in with the tenant and the caller's own authenticated data, so an envelope opens for
 * nobody else, under no other key, and with no byte changed.
 */
export interface Envelope {
  readonly keyId: string;
  readonly materialVersion: number;
  readonly nonce: Buffer;
  /** Ciphertext and tag. */
  readonly sealed: Buffer;
}

export interface EnvelopeContext {
  readonly domainId: string;
  readonly projectId: string;
  /** The caller's own; what was given at wrapping must be given at unwrapping. */
  readonly authenticatedData: string;
}

const FORMAT = 1;
const KEY_ID_BYTES = 16;
const VERSION_AT = 1 + KEY_ID_BYTES;
const NONCE_AT = VERSION_AT + 4;
const SEALED_AT = NONCE_AT + NONCE_BYTES;
const LONGEST_DATA_KEY_BYTES = 1024;

export function wrapDataKey(material: Buffer, envelope: Omit<Envelope, 'sealed'>, context: EnvelopeContext, dataKey: Buffer): Buffer {
  const { keyId, materialVersion, nonce } = envelope;
  const header = Buffer.alloc(SEALED_AT);
  header.writeUInt8(FORMAT, 0);
  header.write(keyId.replaceAll('-', ''), 1, 'hex');
  header.writeUInt32BE(materialVersion, VERSION_AT);
  nonce.copy(header, NONCE_AT);
  return Buffer.concat([header, seal(material, nonce, contextOf(envelope, context), dataKey)]);
}

/** The data key, or undefined when anything about it is not as it was wrapped. */
export function unwrapDataKey(material: Buffer, envelope: Envelope, context: EnvelopeContext): Buffer | undefined {
  return open(material, envelope.nonce, contextOf(envelope, context), envelope.sealed);
}

/** Reads the outside of an envelope; undefined when the bytes cannot be one. What it says is proved only by opening it. */
export function readEnvelope(bytes: Buffer): Envelope | undefined {
  const sealedBytes = bytes.length - SEALED_AT;
  if (sealedBytes <= TAG_BYTES || sealedBytes > LONGEST_DATA_KEY_BYTES + TAG_BYTES || bytes[0] !== FORMAT) return undefined;
  return {
    keyId: uuidOf(bytes.toString('hex', 1, VERSION_AT)),
    materialVersion: bytes.readUInt32BE(VERSION_AT),
    nonce: bytes.subarray(NONCE_AT, SEALED_AT),
    sealed: bytes.subarray(SEALED_AT),
  };
}

function uuidOf(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function contextOf({ keyId, materialVersion }: Pick<Envelope, 'keyId' | 'materialVersion'>, context: EnvelopeContext): string[] {
  return ['windlass kms data key', String(FORMAT), context.domainId, context.projectId, keyId, String(materialVersion), context.authenticatedData];
}
