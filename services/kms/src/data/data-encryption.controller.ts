import { randomBytes } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/kms/v1/data_encryption_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller.js';
import { bytesOfBits, CreateDataKey, dataKeyBytes, EncryptDataKey, ownDataKey } from '../data-key/index.js';
import { contextOfRequest } from '../envelope/index.js';
import { DecryptData } from './decrypt-data.js';
import { EncryptData } from './encrypt-data.js';

const SERVICE = 'DataEncryptionService';
const USUAL_RANDOM_BITS = '256';

@Controller()
export class DataEncryptionController {
  constructor(
    private readonly context: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'encryptData')
  encryptData(request: rpc.EncryptDataRequest, metadata: Metadata): Promise<rpc.EncryptDataResponse> {
    return this.commands.execute(new EncryptData(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'decryptData')
  decryptData(request: rpc.DecryptDataRequest, metadata: Metadata): Promise<rpc.DecryptDataResponse> {
    return this.queries.execute(new DecryptData(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'createDatakeyWithoutPlaintext')
  async createDatakeyWithoutPlaintext(request: rpc.CreateDatakeyWithoutPlaintextRequest, metadata: Metadata): Promise<rpc.CreateDatakeyWithoutPlaintextResponse> {
    const caller = this.caller(request, metadata);
    const bytes = dataKeyBytes(request.key_spec, request.datakey_length, 'KMS.1901');
    const { key_id, cipher_text } = await this.commands.execute(new CreateDataKey(caller, request.key_id, bytes, contextOfRequest(request), 'create-datakey-without-plaintext'));
    return { key_id, cipher_text };
  }

  @GrpcMethod(SERVICE, 'encryptDatakey')
  async encryptDatakey(request: rpc.EncryptDatakeyRequest, metadata: Metadata): Promise<rpc.EncryptDatakeyResponse> {
    const caller = this.caller(request, metadata);
    const context = contextOfRequest(request);
    return this.commands.execute(new EncryptDataKey(caller, request.key_id, ownDataKey(request.plain_text, request.datakey_plain_length), context));
  }

  @GrpcMethod(SERVICE, 'createRandom')
  createRandom(request: rpc.CreateRandomRequest, metadata: Metadata): rpc.CreateRandomResponse {
    this.caller(request, metadata);
    const bytes = bytesOfBits('random_data_length', request.random_data_length === '' ? USUAL_RANDOM_BITS : request.random_data_length, 'KMS.2001');
    return { random_data: randomBytes(bytes).toString('hex') };
  }

  private caller(request: { project_id: string; sequence: string }, metadata: Metadata): Caller {
    return callerOf(this.context.read(metadata), request);
  }
}
