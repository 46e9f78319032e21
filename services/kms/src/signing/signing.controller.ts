import { createPublicKey } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/kms/v1/signing_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller.js';
import { requireUsable, type KeyRow } from '../key/index.js';
import { KeyUses, NO_CONTEXT } from '../use/index.js';
import { KeyPairs } from './key-pairs.js';
import { checkSignature, makeSignature } from './signature.js';
import { schemeOf } from './signing-algorithm.js';
import { messageOf, signatureOf } from './signing-request.js';

@Controller()
export class SigningController {
  constructor(
    private readonly context: CallContextReader,
    private readonly pairs: KeyPairs,
    private readonly uses: KeyUses,
  ) {}

  @GrpcMethod('SigningService', 'sign')
  async sign(request: rpc.SignRequest, metadata: Metadata): Promise<rpc.SignResponse> {
    return this.using('sign', request, metadata, async (row) => {
      const scheme = schemeOf(row.keySpec, request.signing_algorithm);
      const message = messageOf(request, scheme);
      const signature = await makeSignature(await this.pairs.privateKey(row), scheme, message);
      return { key_id: row.id, signature: signature.toString('base64') };
    });
  }

  @GrpcMethod('SigningService', 'validateSignature')
  async validateSignature(request: rpc.ValidateSignatureRequest, metadata: Metadata): Promise<rpc.ValidateSignatureResponse> {
    return this.using('verify', request, metadata, async (row) => {
      const scheme = schemeOf(row.keySpec, request.signing_algorithm);
      const message = messageOf(request, scheme);
      const signature = signatureOf(request.signature);
      const valid = await checkSignature(await this.pairs.privateKey(row), scheme, message, signature);
      return { key_id: row.id, signature_valid: String(valid) };
    });
  }

  /** Of a disabled key too: what it signed before must stay provable. */
  @GrpcMethod('SigningService', 'showPublicKey')
  async showPublicKey(request: rpc.ShowPublicKeyRequest, metadata: Metadata): Promise<rpc.ShowPublicKeyResponse> {
    const row = await this.pairs.require(this.caller(request, metadata), request.key_id, 'get-publickey');
    const publicKey = createPublicKey(await this.pairs.privateKey(row));
    return { key_id: row.id, public_key: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
  }

  private async using<T>(operation: 'sign' | 'verify', request: { project_id: string; key_id: string; sequence: string }, metadata: Metadata, work: (row: KeyRow) => Promise<T>): Promise<T> {
    const caller = this.caller(request, metadata);
    const row = await this.pairs.require(caller, request.key_id, operation);
    return this.uses.recorded(caller, row, { operation, materialVersion: row.materialVersion, context: NO_CONTEXT }, () => {
      requireUsable(row, 'SIGN_VERIFY');
      return work(row);
    });
  }

  private caller(request: { project_id: string; sequence: string }, metadata: Metadata): Caller {
    return callerOf(this.context.read(metadata), request);
  }
}
