import { createHash } from 'node:crypto';
import { openPackage, SealBroken, sealPackage } from '@windlass/package-seal';
import type { PackageStore } from '../code-package/package-store.js';
import type { KeySeal } from '../function/function.state.js';
import { sealBroken } from './customer-key.errors.js';
import type { CustomerKey } from './customer-keys.js';
import type { SealedCode } from './is-sealed.js';
import { codeContext, codeKeyContext, type SealOwner } from './seal-contexts.js';

/** A package as it may lie in a store, and what opens it. */
export interface SealedPackage {
  readonly stored: Buffer;
  readonly seal: KeySeal;
}

/** Encrypts a package of that digest before it is stored anywhere. */
export type SealPackage = (digest: string, content: Buffer) => Promise<SealedPackage>;

/** Seals packages of a function's version, each under a data key of its own. `reference` is the key as the tenant named it. */
export function packageSealer(owner: SealOwner, version: string, key: CustomerKey, reference: string): SealPackage {
  return async (digest, content) => {
    const { dataKey, wrappedKey } = await key.newDataKey(owner.projectId, codeKeyContext(owner, version, digest));
    try {
      return { stored: sealPackage(dataKey, codeContext(owner, digest), content), seal: { key: reference, keyId: key.keyId, wrappedKey } };
    } finally {
      dataKey.fill(0);
    }
  };
}

/** The package as it was uploaded. Fails with FSS.0500 when it is not what was sealed for this function and version. */
export async function openSealedCode(store: PackageStore, owner: SealOwner, version: string, code: SealedCode, key: CustomerKey): Promise<Buffer> {
  const { digest, sealed } = code;
  const dataKey = await key.unwrap(owner.projectId, sealed.wrappedKey, codeKeyContext(owner, version, digest));
  try {
    const parts: Buffer[] = [];
    for await (const part of openPackage(dataKey, codeContext(owner, digest), await store.open(sealed.storedDigest))) parts.push(part);
    const content = Buffer.concat(parts);
    if (createHash('sha512').update(content).digest('hex') !== digest) throw sealBroken('code');
    return content;
  } catch (error) {
    throw error instanceof SealBroken ? sealBroken('code') : error;
  } finally {
    dataKey.fill(0);
  }
}
