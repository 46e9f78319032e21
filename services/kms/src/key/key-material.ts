import { createHmac, createPrivateKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { WindlassError } from '@windlass/errors';
import type { DataSource, EntityManager } from 'typeorm';
import { refusal } from '../refusal.js';
import { NONCE_BYTES, open, seal } from '../sealed-box.js';

/** Whose material it is; sealed into it, so that a row moved to another key does not open. */
export interface MaterialOwner {
  readonly domainId: string;
  readonly projectId: string;
  readonly keyId: string;
  readonly version: number;
}

const ROOT_KEY_BYTES = 32;

/**
 * The material of keys, 256 random bits or a private key, in a table of its own and wrapped by the root key, which is not in
 * the database. Events hold none of it, so deleting a row destroys the key although its history stays.
 */
export class KeyMaterial {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rootKey: Buffer,
  ) {
    if (rootKey.length !== ROOT_KEY_BYTES) throw new RangeError(`the root key has ${rootKey.length} bytes, must have ${ROOT_KEY_BYTES}`);
  }

  /** Refuses to work with another root key than the first: keys wrapped by it would be lost, and new ones made beside them. */
  async requireSameRootKey(): Promise<void> {
    const check = checkValueOf(this.rootKey);
    await this.dataSource.query('INSERT INTO kms.root_key (check_value) VALUES ($1) ON CONFLICT DO NOTHING', [check]);
    const [stored] = await this.dataSource.query<{ check_value: Buffer }[]>('SELECT check_value FROM kms.root_key');
    if (stored === undefined || !timingSafeEqual(stored.check_value, check)) {
      throw new Error('The root key is not the one that the keys in this database were wrapped with.');
    }
  }

  /** Keeps material, in the caller's transaction. The plain bytes stay the caller's to overwrite. */
  async keep(manager: EntityManager, owner: MaterialOwner, material: Buffer): Promise<void> {
    // Held to the end of the transaction: nothing is sealed by a root key that is being replaced.
    const [stored] = await manager.query<{ check_value: Buffer }[]>('SELECT check_value FROM kms.root_key FOR SHARE');
    if (stored?.check_value.equals(checkValueOf(this.rootKey)) !== true) throw rootKeyReplaced();
    const wrapped = sealMaterial(this.rootKey, owner, material);
    await manager.query('INSERT INTO kms.key_materials (key_id, version, wrapped) VALUES ($1, $2, $3)', [owner.keyId, owner.version, wrapped]);
  }

  /** Keeps imported material. KMS.2606 when the key had other material before: what that sealed would never open again. */
  async keepImported(manager: EntityManager, owner: MaterialOwner, material: Buffer): Promise<void> {
    const check = importCheckOf(owner, material);
    await manager.query('INSERT INTO kms.imported_materials (key_id, check_value) VALUES ($1, $2) ON CONFLICT DO NOTHING', [owner.keyId, check]);
    const [known] = await manager.query<{ check_value: Buffer }[]>('SELECT check_value FROM kms.imported_materials WHERE key_id = $1', [owner.keyId]);
    if (known === undefined || !timingSafeEqual(known.check_value, check)) throw otherMaterialBefore();
    await this.keep(manager, owner, material);
  }

  /** Forgets what tells the material that a key once had from other, when the key is no more. */
  async forgetImported(manager: EntityManager, keyId: string): Promise<void> {
    await manager.query('DELETE FROM kms.imported_materials WHERE key_id = $1', [keyId]);
  }

  /** Seals under the root key what belongs to no row, for somebody to bring back: only a key service opens it, in the same context. */
  sealTicket(context: readonly string[], content: Buffer): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    return Buffer.concat([nonce, seal(this.rootKey, nonce, ['windlass kms ticket', ...context], content)]);
  }

  /** Undefined for what `sealTicket` did not make, with this root key and context. */
  openTicket(context: readonly string[], ticket: Buffer): Buffer | undefined {
    if (ticket.length < NONCE_BYTES) return undefined;
    return open(this.rootKey, ticket.subarray(0, NONCE_BYTES), ['windlass kms ticket', ...context], ticket.subarray(NONCE_BYTES));
  }

  /** Erases every version of a key's material, in the caller's transaction. Nothing the key wrapped opens again. */
  async erase(manager: EntityManager, keyId: string): Promise<void> {
    await manager.query('DELETE FROM kms.key_materials WHERE key_id = $1', [keyId]);
  }

  /** Lends the material for the time of a synchronous use; undefined when the key never had that version. */
  async use<T>(owner: MaterialOwner, use: (material: Buffer) => T): Promise<T | undefined> {
    const [row] = await this.dataSource.query<{ wrapped: Buffer }[]>('SELECT wrapped FROM kms.key_materials WHERE key_id = $1 AND version = $2', [
      owner.keyId,
      owner.version,
    ]);
    if (row === undefined) return undefined;
    const material = openMaterial(this.rootKey, owner, row.wrapped);
    if (material === undefined) throw await this.whyShut(owner);
    try {
      return use(material);
    } finally {
      material.fill(0);
    }
  }

  /** The private key of a pair. What it computes is the caller's; it cannot be overwritten and lives until it is collected. */
  privateKey(owner: MaterialOwner): Promise<KeyObject | undefined> {
    return this.use(owner, (material) => createPrivateKey({ key: material, format: 'der', type: 'pkcs8' }));
  }

  private async whyShut({ keyId, version }: MaterialOwner): Promise<Error> {
    const [stored] = await this.dataSource.query<{ check_value: Buffer }[]>('SELECT check_value FROM kms.root_key');
    if (stored?.check_value.equals(checkValueOf(this.rootKey)) !== true) return rootKeyReplaced();
    return new Error(`The material of key ${keyId}, version ${version}, does not open: its row was altered.`);
  }
}

/** Tells a root key from others and nothing about it. */
export function checkValueOf(rootKey: Buffer): Buffer {
  return createHmac('sha256', rootKey).update('windlass kms root key').digest();
}

/** Material as its row keeps it: a nonce, then what is sealed. */
export function sealMaterial(rootKey: Buffer, owner: MaterialOwner, material: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  return Buffer.concat([nonce, seal(rootKey, nonce, contextOf(owner), material)]);
}

/** Undefined when the row is not the owner's, was altered, or was sealed by another root key. */
export function openMaterial(rootKey: Buffer, owner: MaterialOwner, wrapped: Buffer): Buffer | undefined {
  return open(rootKey, wrapped.subarray(0, NONCE_BYTES), contextOf(owner), wrapped.subarray(NONCE_BYTES));
}

/** Tells imported material from other and nothing more about it. The same material in another key has another one. */
function importCheckOf({ domainId, projectId, keyId }: MaterialOwner, material: Buffer): Buffer {
  return createHmac('sha256', material).update(JSON.stringify(['windlass kms imported material', domainId, projectId, keyId])).digest();
}

function otherMaterialBefore(): WindlassError {
  return refusal('invalid', 'KMS.2606', 'OTHER_MATERIAL_BEFORE', 'The key had other material before, which sealed its ciphertexts. Import that again, or create another key for this.');
}

function rootKeyReplaced(): WindlassError {
  return refusal('unavailable', 'KMS.0101', 'ROOT_KEY_REPLACED', 'The keys of this platform were sealed under another root key. Its operator has to start the key service with that one.');
}

function contextOf({ domainId, projectId, keyId, version }: MaterialOwner): string[] {
  return ['windlass kms key material', domainId, projectId, keyId, String(version)];
}
