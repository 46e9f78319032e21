import { constants, createPrivateKey, createPublicKey, privateDecrypt } from 'node:crypto';
import type { CreateParametersForImportRequest, CreateParametersForImportResponse, ImportKeyMaterialRequest } from '@windlass/contracts/kms/v1/key_import_service';
import { EventStore } from '@windlass/event-store';
import { metadataOf, type Caller } from '../caller.js';
import { FIRST_MATERIAL_VERSION, key, KeyMaterial, keyStream, KeyTable, MaterialMaker, requireImportable } from '../key/index.js';
import { invalidField, refusal } from '../refusal.js';
import { importToken, privateKeyOf } from './import-ticket.js';

const ALGORITHM = 'RSAES_OAEP_SHA_256';
const TOKEN_LIFE_MS = 24 * 60 * 60_000;
const MATERIAL_BYTES = 32;
/** A modulus of 2048 bits. */
const WRAPPED_BYTES = 256;

/** Brings material of tenants' own into their keys: wrapped for the way by a public key made for that key and day. */
export class MaterialImport {
  constructor(
    private readonly events: EventStore,
    private readonly keys: KeyTable,
    private readonly material: KeyMaterial,
    private readonly maker: MaterialMaker,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async parameters(caller: Caller, { key_id, wrapping_algorithm }: CreateParametersForImportRequest): Promise<CreateParametersForImportResponse> {
    const row = await this.keys.require(caller, key_id);
    requireImportable({ origin: row.origin, status: row.state });
    if (wrapping_algorithm !== ALGORITHM) throw invalidField('wrapping_algorithm', `is ${ALGORITHM}: nothing else is available here`);
    const privateKey = await this.maker.make('RSA_2048');
    try {
      const endsAt = new Date(this.now().getTime() + TOKEN_LIFE_MS);
      const publicKey = createPublicKey(createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' })).export({ type: 'spki', format: 'der' });
      return { key_id, import_token: importToken(this.material, row, endsAt, privateKey), expiration_time: Math.floor(endsAt.getTime() / 1000), public_key: publicKey.toString('base64') };
    } finally {
      privateKey.fill(0);
    }
  }

  async import(caller: Caller, request: ImportKeyMaterialRequest): Promise<void> {
    const { id: keyId, domainId, projectId, ...row } = await this.keys.require(caller, request.key_id);
    requireImportable({ origin: row.origin, status: row.state });
    if (request.encrypted_privatekey !== '') throw invalidField('encrypted_privatekey', 'is of key pairs, which are not imported here');
    const material = unwrapped(request.encrypted_key_material, privateKeyOf(this.material, { id: keyId, domainId, projectId }, request.import_token, this.now()));
    try {
      const expiresAt = request.expiration_time === undefined ? null : new Date(request.expiration_time * 1000);
      await this.events.execute({
        streamId: keyStream(keyId),
        tenant: domainId,
        decider: key,
        command: { kind: 'import_material', expiresAt, at: this.now() },
        metadata: metadataOf(caller),
        project: async (manager, changes) => {
          await this.keys.applyAll(manager, changes);
          await this.material.keepImported(manager, { domainId, projectId, keyId, version: FIRST_MATERIAL_VERSION }, material);
        },
      });
    } finally {
      material.fill(0);
    }
  }

  async delete(caller: Caller, id: string): Promise<void> {
    const row = await this.keys.require(caller, id);
    await this.events.execute({
      streamId: keyStream(row.id),
      tenant: row.domainId,
      decider: key,
      command: { kind: 'delete_material' },
      metadata: metadataOf(caller),
      project: async (manager, changes) => {
        await this.keys.applyAll(manager, changes);
        await this.material.erase(manager, row.id);
      },
    });
  }
}

/** The material in plain; the private key is overwritten. */
function unwrapped(text: string, privateKey: Buffer): Buffer {
  try {
    const wrapped = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
    if (wrapped.length !== WRAPPED_BYTES) throw invalidField('encrypted_key_material', `is base64 of ${WRAPPED_BYTES} bytes`);
    const material = decrypted(wrapped, privateKey);
    if (material.length === MATERIAL_BYTES) return material;
    material.fill(0);
    throw refusal('invalid', 'KMS.2604', 'IMPORTED_MATERIAL_LENGTH', `The encrypted_key_material is invalid: the material in it has ${MATERIAL_BYTES} bytes.`);
  } finally {
    privateKey.fill(0);
  }
}

function decrypted(wrapped: Buffer, privateKey: Buffer): Buffer {
  try {
    return privateDecrypt({ key: createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, wrapped);
  } catch {
    throw invalidField('encrypted_key_material', 'is encrypted by the public_key of the token, with OAEP and SHA-256');
  }
}
