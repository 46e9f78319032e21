import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { DataEncryptionServiceService, type EncryptDatakeyRequest, type EncryptDatakeyResponse } from '@windlass/contracts/kms/v1/data_encryption_service';
import { KeyServiceService, type CreateDatakeyRequest, type CreateDatakeyResponse, type DecryptDatakeyRequest, type DecryptDatakeyResponse, type DescribeKeyRequest, type DescribeKeyResponse } from '@windlass/contracts/kms/v1/key_service';
import { ServiceKeyServiceService, type EnsureServiceKeyRequest, type EnsureServiceKeyResponse, type FindServiceKeyResponse } from '@windlass/contracts/kms/v1/service_key_service';
import { WindlassError } from '@windlass/errors';
import { toServiceError } from '@windlass/grpc';
import { openValue, sealValue, type SealContext } from '@windlass/package-seal';
import { PrincipalVerifier, type CallContext } from '@windlass/principal';

interface PeerKey {
  readonly projectId: string;
  readonly material: Buffer;
  state: 'enabled' | 'disabled' | 'pending_deletion';
}

/** The other side of the key service's contract, as far as the registry calls it: real encryption under keys of projects, and who called for what. */
export class KmsPeer {
  readonly calls: { readonly operation: string; readonly keyId: string; readonly context: CallContext; readonly bound: SealContext }[] = [];
  private readonly keys = new Map<string, PeerKey>();
  private readonly defaults = new Map<string, string>();
  private readonly server = new Server();
  private readonly verifier: PrincipalVerifier;

  constructor(principalKey: Buffer) {
    this.verifier = new PrincipalVerifier(principalKey);
  }

  createKey(projectId: string): string {
    const id = randomUUID();
    this.keys.set(id, { projectId, material: randomBytes(32), state: 'enabled' });
    return id;
  }

  setState(keyId: string, state: PeerKey['state']): void {
    const key = this.keys.get(keyId);
    if (key !== undefined) key.state = state;
  }

  deleteKey(keyId: string): void {
    this.keys.delete(keyId);
  }

  async listen(address: string): Promise<void> {
    const { createDatakey, decryptDatakey, describeKey } = KeyServiceService;
    const { encryptDatakey } = DataEncryptionServiceService;
    const { findServiceKey, ensureServiceKey } = ServiceKeyServiceService;
    this.server.addService({ createDatakey, decryptDatakey, describeKey } as never, {
      describeKey: this.answering((request: DescribeKeyRequest, { principal }): DescribeKeyResponse => {
        if (this.keys.get(request.key_id)?.projectId !== principal.project_id) throw keyNotFound();
        return { key_info: undefined };
      }),
      createDatakey: this.answering((request: CreateDatakeyRequest, context): CreateDatakeyResponse => {
        const material = this.use('create-datakey', request, context);
        const dataKey = randomBytes(Number(request.datakey_length) / 8);
        return { key_id: request.key_id, plain_text: dataKey.toString('hex'), cipher_text: wrap(material, request, dataKey) };
      }),
      decryptDatakey: this.answering((request: DecryptDatakeyRequest, context): DecryptDatakeyResponse => {
        const material = this.use('decrypt-datakey', request, context);
        try {
          const data_key = openValue(material, request.encryption_context, Buffer.from(request.cipher_text, 'hex').toString('base64'));
          return { data_key, datakey_length: String(data_key.length / 2), datakey_dgst: '' };
        } catch {
          throw new WindlassError({ kind: 'invalid', reason: 'INVALID_DATA_KEY_CIPHER', code: 'KMS.2201', message: 'The cipher_text is invalid.' });
        }
      }),
    });
    this.server.addService({ encryptDatakey } as never, {
      encryptDatakey: this.answering((request: EncryptDatakeyRequest, context): EncryptDatakeyResponse => {
        const material = this.use('encrypt-datakey', request, context);
        const bytes = Buffer.from(request.plain_text, 'hex');
        const dataKey = bytes.subarray(0, -32);
        if (!createHash('sha256').update(dataKey).digest().equals(bytes.subarray(-32))) throw new Error('the digest is not that of the data key');
        return { key_id: request.key_id, cipher_text: wrap(material, request, dataKey), datakey_length: String(dataKey.length) };
      }),
    });
    this.server.addService({ findServiceKey, ensureServiceKey } as never, {
      findServiceKey: this.answering(({ project_id }: EnsureServiceKeyRequest): FindServiceKeyResponse => ({ key_id: this.defaults.get(project_id) ?? '' })),
      ensureServiceKey: this.answering(({ project_id }: EnsureServiceKeyRequest): EnsureServiceKeyResponse => {
        const key_id = this.defaults.get(project_id) ?? this.createKey(project_id);
        this.defaults.set(project_id, key_id);
        return { key_id };
      }),
    });
    await new Promise<void>((resolve, reject) => {
      this.server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
    });
  }

  close(): void {
    this.server.forceShutdown();
  }

  private use(operation: string, request: { readonly key_id: string; readonly project_id: string; readonly encryption_context: Record<string, string> }, context: CallContext): Buffer {
    this.calls.push({ operation, keyId: request.key_id, context, bound: request.encryption_context });
    const key = this.keys.get(request.key_id);
    if (key === undefined || key.projectId !== context.principal.project_id) throw keyNotFound();
    if (key.state === 'disabled') throw new WindlassError({ kind: 'forbidden', reason: 'KEY_DISABLED', code: 'KMS.0209', message: 'The key is disabled. Enable it to use it.' });
    if (key.state === 'pending_deletion') throw new WindlassError({ kind: 'forbidden', reason: 'KEY_PENDING_DELETION', code: 'KMS.0210', message: 'The key is to be deleted. Cancel its deletion and enable it to use it.' });
    return key.material;
  }

  private answering<Q, R>(answer: (request: Q, context: CallContext) => R): (call: ServerUnaryCall<Q, R>, reply: sendUnaryData<R>) => void {
    return (call, reply) => {
      try {
        reply(null, answer(call.request, this.verifier.read(call.metadata)));
      } catch (error) {
        reply(error instanceof WindlassError ? toServiceError(error) : (error as Error));
      }
    };
  }
}

function wrap(material: Buffer, { encryption_context }: { readonly encryption_context: Record<string, string> }, dataKey: Buffer): string {
  return Buffer.from(sealValue(material, encryption_context, dataKey.toString('hex')), 'base64').toString('hex');
}

function keyNotFound(): WindlassError {
  return new WindlassError({ kind: 'not_found', reason: 'KEY_NOT_FOUND', code: 'KMS.0207', message: 'The key does not exist.' });
}
