import { openValue, SealBroken, sealValue } from '@windlass/package-seal';
import type { EnvironmentSeal, FunctionRecord } from '../function/function.state.js';
import { sealBroken } from './customer-key.errors.js';
import type { CustomerKey } from './customer-keys.js';
import { environmentKeyContext, valueContext, type SealOwner } from './seal-contexts.js';

/** The variables of a function as they are given to it. */
export interface OpenEnvironment {
  /** The text of user_data as the tenant wrote it. */
  readonly userData: string;
  /** Of encrypted_user_data, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** How they are kept: `secrets` of a function under a customer's key are under that key too. */
export interface SealedEnvironment {
  readonly seal: EnvironmentSeal;
  readonly secrets: FunctionRecord['secrets'];
}

/** Seals all of it under a new data key. */
export async function sealEnvironment(owner: SealOwner, version: string, key: CustomerKey, reference: string, { userData, secrets }: OpenEnvironment): Promise<SealedEnvironment> {
  const { dataKey, wrappedKey } = await key.newDataKey(owner.projectId, environmentKeyContext(owner, version));
  try {
    return {
      seal: { key: reference, keyId: key.keyId, wrappedKey, userData: sealValue(dataKey, valueContext(owner), userData) },
      secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, sealValue(dataKey, valueContext(owner, name), value)])),
    };
  } finally {
    dataKey.fill(0);
  }
}

/** Fails with FSS.0500 when it is not what was sealed for this function and version. */
export async function openEnvironment(owner: SealOwner, version: string, { seal, secrets }: SealedEnvironment, key: CustomerKey): Promise<OpenEnvironment> {
  const dataKey = await key.unwrap(owner.projectId, seal.wrappedKey, environmentKeyContext(owner, version));
  try {
    return {
      userData: openValue(dataKey, valueContext(owner), seal.userData),
      secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, openValue(dataKey, valueContext(owner, name), value)])),
    };
  } catch (error) {
    throw error instanceof SealBroken ? sealBroken('environment') : error;
  } finally {
    dataKey.fill(0);
  }
}
