import { randomBytes } from 'node:crypto';
import { KeyMaterial, type KeyRow } from '../key/index.js';
import { NONCE_BYTES } from '../sealed-box.js';
import type { EncryptionContext } from './encryption-context.js';
import { openEnvelope, sealEnvelope, type Envelope, type EnvelopeKind } from './envelope.js';

/** Seals under the newest material of a key, and opens under the version that the envelope names. */
export class Envelopes {
  constructor(private readonly material: KeyMaterial) {}

  /** The plaintext stays the caller's to overwrite. */
  async seal(kind: EnvelopeKind, { id: keyId, domainId, projectId, materialVersion }: KeyRow, context: EncryptionContext, plaintext: Buffer): Promise<Buffer> {
    const sealed = await this.material.use({ domainId, projectId, keyId, version: materialVersion }, (material) =>
      sealEnvelope(material, { kind, keyId, materialVersion, nonce: randomBytes(NONCE_BYTES) }, { ...context, domainId, projectId }, plaintext),
    );
    if (sealed === undefined) throw new Error(`Key ${keyId} has no material of version ${materialVersion}.`);
    return sealed;
  }

  /** Lends the plaintext for the time of a synchronous use; undefined when the envelope is not the key's or does not open. */
  async open<T>(envelope: Envelope, { id: keyId, domainId, projectId }: KeyRow, context: EncryptionContext, use: (plaintext: Buffer) => T): Promise<T | undefined> {
    return this.material.use({ domainId, projectId, keyId, version: envelope.materialVersion }, (material) => {
      const plaintext = openEnvelope(material, envelope, { ...context, domainId, projectId });
      if (plaintext === undefined) return undefined;
      try {
        return use(plaintext);
      } finally {
        plaintext.fill(0);
      }
    });
  }
}
