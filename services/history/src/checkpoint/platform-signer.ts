import { createPublicKey, type KeyObject } from 'node:crypto';
import type { OnModuleDestroy } from '@nestjs/common';
import { PlatformSigningServiceClient, type PlatformPublicKey } from '@windlass/contracts/kms/v1/platform_signing_service';
import { connect, type Remote } from '@windlass/grpc';
import type { CheckpointSignature } from '@windlass/hash-chain';

/** Its key signs nothing else, so that no signature of the platform is ever taken for one of a checkpoint. */
const PURPOSE = 'history-checkpoints';

/** The key of the platform that signs checkpoints; kms has it, and gives it to nobody. */
export class PlatformSigner implements OnModuleDestroy {
  private readonly kms: Remote<PlatformSigningServiceClient>;

  constructor(address: string) {
    this.kms = connect(PlatformSigningServiceClient, address);
  }

  async sign(hash: string): Promise<CheckpointSignature> {
    const { key_id: keyId, algorithm, signature } = await this.kms.signAsPlatform({ purpose: PURPOSE, message: Buffer.from(hash, 'hex') });
    return { keyId, algorithm, value: signature };
  }

  /** All it ever signed with, newest first. */
  async publicKeys(): Promise<readonly PlatformPublicKey[]> {
    return (await this.kms.listPlatformPublicKeys({ purpose: PURPOSE })).keys;
  }

  async verifyingKeys(): Promise<readonly KeyObject[]> {
    return (await this.publicKeys()).map(({ public_key: pem }) => createPublicKey(pem));
  }

  onModuleDestroy(): void {
    this.kms.close();
  }
}
