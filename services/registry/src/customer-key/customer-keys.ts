import { createHash } from 'node:crypto';
import { Metadata } from '@grpc/grpc-js';
import type { OnModuleDestroy } from '@nestjs/common';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { EncryptDatakeyRequest, type DataEncryptionServiceClient } from '@windlass/contracts/kms/v1/data_encryption_service';
import { CreateDatakeyRequest, DecryptDatakeyRequest, type KeyServiceClient } from '@windlass/contracts/kms/v1/key_service';
import type { ServiceKeyServiceClient } from '@windlass/contracts/kms/v1/service_key_service';
import { isWindlassError } from '@windlass/errors';
import type { Remote } from '@windlass/grpc';
import { DATA_KEY_BYTES, type SealContext } from '@windlass/package-seal';
import type { PrincipalSigner } from '@windlass/principal';
import type { Caller } from '../caller/caller.js';
import type { AllowedKeys, PrincipalFor, WantedKey } from './allowed-keys.js';
import { keyUnusable } from './customer-key.errors.js';
import { DEFAULT_KEY, type KeyField } from './key-reference.js';
import type { SealOwner } from './seal-contexts.js';

/** The key service, as the registry calls it for others. */
export interface KeyServicePeers {
  readonly keys: Remote<KeyServiceClient>;
  readonly data: Remote<DataEncryptionServiceClient>;
  readonly serviceKeys: Remote<ServiceKeyServiceClient>;
}

/** A data key in the clear, for the time of a use, and as it is kept. */
export interface WrappedDataKey {
  /** To be overwritten by who asked for it. */
  readonly dataKey: Buffer;
  /** Hex. */
  readonly wrappedKey: string;
}

/** Makes and opens data keys under customers' keys, as the agency of the function or as who reads. Nothing of it is kept. */
export class CustomerKeys implements OnModuleDestroy {
  constructor(
    private readonly allowed: AllowedKeys,
    private readonly kms: KeyServicePeers,
    private readonly signer: PrincipalSigner,
  ) {}

  /** The key that a function shall use, the default one made on first use; refused where its agency may not. */
  async choose(owner: Pick<SealOwner, 'domainId' | 'projectId'>, agency: string, field: KeyField, reference: string, requestId: string): Promise<CustomerKey> {
    const keyId = reference === DEFAULT_KEY ? await this.defaultKey(owner, agency, field, requestId) : reference;
    return (await this.usable(owner, agency, [{ keyId, field }], requestId))(keyId);
  }

  /** Keys that a function uses already; its agency is asked about again. */
  async usable(owner: Pick<SealOwner, 'domainId' | 'projectId'>, agency: string, keys: readonly WantedKey[], requestId: string): Promise<(keyId: string) => CustomerKey> {
    const as = await this.allowed.ofAgency(owner, agency, keys);
    return (keyId) => {
      const wanted = keys.find((key) => key.keyId === keyId);
      if (wanted === undefined) throw new Error(`Nobody was asked about the key ${keyId}.`);
      return new CustomerKey(wanted, this.kms, (action) => this.signed(as(action, keyId), requestId));
    };
  }

  /** A key for somebody who reads what lies under it. */
  async readable(caller: Caller, key: WantedKey): Promise<CustomerKey> {
    const as = await this.allowed.ofReader(caller, key);
    return new CustomerKey(key, this.kms, (action) => this.signed(as(action, key.keyId), caller.requestId));
  }

  /** Whether the caller's project has the key, as far as the caller reaches. */
  async isKnown({ principal, projectId, requestId }: Caller, keyId: string): Promise<boolean> {
    try {
      await this.kms.keys.describeKey({ project_id: projectId, key_id: keyId, sequence: '' }, this.signed(principal, requestId));
      return true;
    } catch (error) {
      if (isWindlassError(error) && (error.kind === 'not_found' || error.kind === 'invalid')) return false;
      throw error;
    }
  }

  onModuleDestroy(): void {
    for (const remote of Object.values(this.kms)) (remote as { close(): void }).close();
  }

  private async defaultKey(owner: Pick<SealOwner, 'domainId' | 'projectId'>, agency: string, field: KeyField, requestId: string): Promise<string> {
    const request = { project_id: owner.projectId, service: 'functiongraph' };
    // Whether it is there is no secret of anybody in the project; what may be done with it is asked before anything is.
    const nobody = this.signed(Principal.fromPartial({ domain_id: owner.domainId, project_id: owner.projectId }), requestId);
    const { key_id: found } = await this.kms.serviceKeys.findServiceKey(request, nobody);
    if (found !== '') return found;
    const as: PrincipalFor = await this.allowed.ofAgencyOnFirstUse(owner, agency, field);
    return (await this.kms.serviceKeys.ensureServiceKey(request, this.signed(as('kms:cmk:create', '*'), requestId))).key_id;
  }

  private signed(principal: Principal, requestId: string): { metadata: Metadata } {
    const metadata = new Metadata();
    this.signer.attach(metadata, principal, { requestId });
    return { metadata };
  }
}

/** One key that may be used. Every refusal of the key service is an FSS error that names the field and says why. */
export class CustomerKey {
  readonly keyId: string;

  constructor(
    private readonly wanted: WantedKey,
    private readonly kms: KeyServicePeers,
    private readonly as: (action: string) => { metadata: Metadata },
  ) {
    this.keyId = wanted.keyId;
  }

  /** A new data key of 32 bytes, wrapped for a context. */
  async newDataKey(projectId: string, context: SealContext): Promise<WrappedDataKey> {
    const request = CreateDatakeyRequest.fromPartial({ project_id: projectId, key_id: this.keyId, datakey_length: String(DATA_KEY_BYTES * 8), encryption_context: context });
    const { plain_text, cipher_text } = await this.asked(() => this.kms.keys.createDatakey(request, this.as('kms:dek:create')));
    return { dataKey: Buffer.from(plain_text, 'hex'), wrappedKey: cipher_text };
  }

  /** Fails for a data key that was wrapped for another context, as for one that was altered. */
  async unwrap(projectId: string, wrappedKey: string, context: SealContext): Promise<Buffer> {
    const request = DecryptDatakeyRequest.fromPartial({ project_id: projectId, key_id: this.keyId, cipher_text: wrappedKey, encryption_context: context });
    const { data_key } = await this.asked(() => this.kms.keys.decryptDatakey(request, this.as('kms:dek:decrypt')));
    return Buffer.from(data_key, 'hex');
  }

  /** The same data key, wrapped for another context. */
  async rewrap(projectId: string, wrappedKey: string, from: SealContext, to: SealContext): Promise<string> {
    const dataKey = await this.unwrap(projectId, wrappedKey, from);
    try {
      const digest = createHash('sha256').update(dataKey).digest();
      const request = EncryptDatakeyRequest.fromPartial({ project_id: projectId, key_id: this.keyId, plain_text: Buffer.concat([dataKey, digest]).toString('hex'), encryption_context: to });
      const { cipher_text } = await this.asked(() => this.kms.data.encryptDatakey(request, this.as('kms:dek:create')));
      return cipher_text;
    } finally {
      dataKey.fill(0);
    }
  }

  private async asked<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!isWindlassError(error) || !REFUSALS.has(error.kind)) throw error;
      throw keyUnusable(this.wanted.field, this.keyId, error.message, error.code);
    }
  }
}

/** What the key service answers of a key or a ciphertext. Anything else says that it could not answer. */
const REFUSALS: ReadonlySet<string> = new Set(['invalid', 'forbidden', 'not_found', 'conflict', 'precondition_failed', 'gone']);
