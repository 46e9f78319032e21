import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Caller } from '../caller/caller.js';
import type { PackageStore } from '../code-package/package-store.js';
import { storedDigest, type EnvironmentSeal, type FunctionAgencies, type FunctionRecord } from '../function/function.state.js';
import { LATEST } from '../function/function-urn.js';
import type { SecretValues } from '../function/secret-values.js';
import type { WantedKey } from './allowed-keys.js';
import type { CustomerKeys } from './customer-keys.js';
import { readKeyReference } from './key-reference.js';
import { isSealed } from './is-sealed.js';
import { codeKeyContext, environmentKeyContext, type SealOwner } from './seal-contexts.js';
import { openSealedCode, packageSealer, type SealPackage } from './sealed-code.js';
import { wrappedKeys, type VersionWraps } from './version-wraps.js';
import { openEnvironment, sealEnvironment, type OpenEnvironment, type SealedEnvironment } from './sealed-environment.js';

/** What a version has under customers' keys, opened for one start of an instance. */
export interface UnlockedVersion {
  /** To be overwritten when it was sent. */
  readonly codeKey: Buffer | undefined;
  readonly environment: OpenEnvironment | undefined;
}

/** What functions have under customers' keys: the keys are used on behalf of the function's agency, or of who reads. */
export class FunctionSeals {
  constructor(
    private readonly keys: CustomerKeys,
    private readonly secrets: SecretValues,
    private readonly packages: PackageStore,
  ) {}

  /** How new code of a function is encrypted; undefined where no key is named. Refused where the agency may not. */
  async forCode(owner: SealOwner, agencies: FunctionAgencies, reference: string, requestId: string): Promise<SealPackage | undefined> {
    const field = 'code_encrypt_kms_key_id';
    const wanted = readKeyReference(field, reference);
    if (wanted === undefined) return undefined;
    return packageSealer(owner, LATEST, await this.keys.choose(owner, keyAgency(agencies), field, wanted, requestId), wanted);
  }

  /** The environment of a function under the key that is named; undefined where none is. */
  async forEnvironment(owner: SealOwner, agencies: FunctionAgencies, reference: string, open: OpenEnvironment, requestId: string): Promise<SealedEnvironment | undefined> {
    const field = 'user_data_encrypt_kms_key_id';
    const wanted = readKeyReference(field, reference);
    if (wanted === undefined) return undefined;
    return sealEnvironment(owner, LATEST, await this.keys.choose(owner, keyAgency(agencies), field, wanted, requestId), wanted, open);
  }

  /** Refuses an agency that could not open what the function has under customers' keys. */
  async requireOpenable(record: FunctionRecord, agencies: FunctionAgencies, requestId: string): Promise<void> {
    const wanted = keysOf(record);
    if (wanted.length > 0) await this.keys.usable(record, keyAgency(agencies), wanted, requestId);
  }

  /** Secrets in the clear, whatever they lie under: what an update keeps is sealed again with what it sets. */
  async openForUpdate(record: FunctionRecord, agencies: FunctionAgencies, requestId: string): Promise<OpenEnvironment> {
    const { environmentSeal: seal, secrets, settings, funcId } = record;
    if (seal === undefined) {
      return { userData: settings.userData, secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, this.secrets.decrypt(funcId, name, value)])) };
    }
    const key = (await this.keys.usable(record, keyAgency(agencies), [environmentKey(seal)], requestId))(seal.keyId);
    return openEnvironment(record, LATEST, { seal, secrets }, key);
  }

  /** For one start of an instance. The agency is asked about, and each key used, every time. */
  async unlock(record: FunctionRecord, version: string): Promise<UnlockedVersion> {
    const { code, environmentSeal: seal, secrets } = record;
    const keyFor = await this.keys.usable(record, keyAgency(record.settings.agencies), keysOf(record), randomUUID());
    const environment = seal && (await openEnvironment(record, version, { seal, secrets }, keyFor(seal.keyId)));
    const codeKey = isSealed(code) ? await keyFor(code.sealed.keyId).unwrap(record.projectId, code.sealed.wrappedKey, codeKeyContext(record, version, code.digest)) : undefined;
    return { codeKey, environment };
  }

  /** Refuses what no instance could be started of now, for want of a key or of a permission. */
  async requireStartable(record: FunctionRecord, version: string): Promise<void> {
    const { codeKey: dataKey } = await this.unlock(record, version);
    dataKey?.fill(0);
  }

  /** The package as it was uploaded, for who reads it: under a customer's key it takes kms:dek:decrypt on that. */
  async readCode(caller: Caller, record: FunctionRecord, version: string): Promise<Buffer> {
    const { code } = record;
    if (!isSealed(code)) return buffer(await this.packages.open(storedDigest(code)));
    return openSealedCode(this.packages, record, version, code, await this.keys.readable(caller, codeKey(code.sealed.keyId)));
  }

  /** Whether the caller may read code that lies under a customer's key: FSS.0403 when not. */
  async requireCodeReader(caller: Caller, { code }: FunctionRecord): Promise<void> {
    if (isSealed(code)) await this.keys.readable(caller, codeKey(code.sealed.keyId));
  }

  /** The same package for who holds a link to it, on behalf of the function's agency. */
  async serveCode(record: FunctionRecord, version: string, requestId: string): Promise<Buffer | undefined> {
    const { code } = record;
    if (!isSealed(code)) return undefined;
    const { keyId } = code.sealed;
    const key = (await this.keys.usable(record, keyAgency(record.settings.agencies), [codeKey(keyId)], requestId))(keyId);
    return openSealedCode(this.packages, record, version, code, key);
  }

  /** The text of user_data, for who reads it. */
  async readUserData(caller: Caller, record: FunctionRecord, version: string): Promise<string> {
    const { environmentSeal: seal, secrets } = record;
    if (seal === undefined) return record.settings.userData;
    return (await openEnvironment(record, version, { seal, secrets }, await this.keys.readable(caller, environmentKey(seal)))).userData;
  }

  /** The data keys of the working version, wrapped for one that is published of it. */
  async wrapForVersion(record: FunctionRecord, version: string, requestId: string): Promise<VersionWraps> {
    const of = wrappedKeys(record);
    if (keysOf(record).length === 0) return { of, to: of };
    const { code, environmentSeal: seal, projectId } = record;
    const keyFor = await this.keys.usable(record, keyAgency(record.settings.agencies), keysOf(record), requestId);
    const wrappedCode = isSealed(code)
      ? await keyFor(code.sealed.keyId).rewrap(projectId, code.sealed.wrappedKey, codeKeyContext(record, LATEST, code.digest), codeKeyContext(record, version, code.digest))
      : undefined;
    const environment = seal && (await keyFor(seal.keyId).rewrap(projectId, seal.wrappedKey, environmentKeyContext(record, LATEST), environmentKeyContext(record, version)));
    return { of, to: { code: wrappedCode, environment } };
  }
}

/** What the platform does on behalf of a function it does through the agency of its configuration. */
export function keyAgency({ configuration, execution }: FunctionAgencies): string {
  return configuration || execution;
}

/** The customers' keys that a version cannot start without. */
export function keysOf({ code, environmentSeal }: Pick<FunctionRecord, 'code' | 'environmentSeal'>): readonly WantedKey[] {
  return [...(isSealed(code) ? [codeKey(code.sealed.keyId)] : []), ...(environmentSeal === undefined ? [] : [environmentKey(environmentSeal)])];
}

function codeKey(keyId: string): WantedKey {
  return { keyId, field: 'code_encrypt_kms_key_id' };
}

function environmentKey({ keyId }: EnvironmentSeal): WantedKey {
  return { keyId, field: 'user_data_encrypt_kms_key_id' };
}
