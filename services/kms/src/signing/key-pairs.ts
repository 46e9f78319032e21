import type { KeyObject } from 'node:crypto';
import type { Caller } from '../caller.js';
import { KeyAccess, KeyMaterial, requireUsage, type GrantableOperation, type KeyRow } from '../key/index.js';

/** The key pairs that callers sign with. */
export class KeyPairs {
  constructor(
    private readonly access: KeyAccess,
    private readonly material: KeyMaterial,
  ) {}

  /** The row of a pair that policies or a grant let the caller use so, whatever its state; KMS.0308 for a key that encrypts. */
  async require(caller: Caller, keyId: string, operation: GrantableOperation): Promise<KeyRow> {
    const row = await this.access.require(caller, keyId, operation);
    requireUsage(row, 'SIGN_VERIFY');
    return row;
  }

  async privateKey({ domainId, projectId, id, materialVersion }: KeyRow): Promise<KeyObject> {
    const key = await this.material.privateKey({ domainId, projectId, keyId: id, version: materialVersion });
    if (key === undefined) throw new Error(`Key ${id} has no material of version ${materialVersion}.`);
    return key;
  }
}
