import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/kms/v1/platform_signing_service';
import { KeyMaterial, ServiceKeys, type KeyRow } from '../key/index.js';
import { invalidField } from '../refusal.js';

/** Owns the keys with which the platform signs. No account and no project of a tenant has such an id. */
const PLATFORM = 'platform';
const ALGORITHM = 'ED25519';
const PURPOSE = /^[a-z][a-z0-9-]{0,63}$/;
const LONGEST_MESSAGE_BYTES = 4096;

/** Internal: what services of the platform have signed, each for a purpose of its own. */
@Controller()
export class PlatformSigningController {
  constructor(
    private readonly serviceKeys: ServiceKeys,
    private readonly material: KeyMaterial,
  ) {}

  @GrpcMethod('PlatformSigningService', 'signAsPlatform')
  async signAsPlatform({ purpose, message }: rpc.SignAsPlatformRequest): Promise<rpc.SignAsPlatformResponse> {
    if (message.length === 0 || message.length > LONGEST_MESSAGE_BYTES) throw invalidField('message', `has 1 to ${LONGEST_MESSAGE_BYTES} bytes`);
    const row = await this.keyOf(purpose);
    return { key_id: row.id, algorithm: ALGORITHM, signature: sign(null, message, await this.privateKey(row)) };
  }

  @GrpcMethod('PlatformSigningService', 'listPlatformPublicKeys')
  async listPlatformPublicKeys({ purpose }: rpc.ListPlatformPublicKeysRequest): Promise<rpc.ListPlatformPublicKeysResponse> {
    const row = await this.keyOf(purpose);
    const publicKey = createPublicKey(await this.privateKey(row));
    return { keys: [{ key_id: row.id, algorithm: ALGORITHM, public_key: publicKey.export({ type: 'spki', format: 'pem' }).toString() }] };
  }

  private keyOf(purpose: string): Promise<KeyRow> {
    if (!PURPOSE.test(purpose)) throw invalidField('purpose', 'has 1 to 64 lower-case letters, digits and hyphens, a letter first');
    const owner = { domainId: PLATFORM, projectId: PLATFORM, alias: purpose, keySpec: 'ED25519', defaultKey: true } as const;
    return this.serviceKeys.ensure(owner, 'Signs for the platform itself', { actor: PLATFORM, requestId: '' });
  }

  private async privateKey({ domainId, projectId, id, materialVersion }: KeyRow): Promise<KeyObject> {
    const key = await this.material.privateKey({ domainId, projectId, keyId: id, version: materialVersion });
    if (key === undefined) throw new Error(`The platform's key ${id} has no material.`);
    return key;
  }
}
