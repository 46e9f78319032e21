import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/kms/v1/key_import_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller.js';
import { MaterialImport } from './material-import.js';

const SERVICE = 'KeyImportService';

@Controller()
export class KeyImportController {
  constructor(
    private readonly context: CallContextReader,
    private readonly imports: MaterialImport,
  ) {}

  @GrpcMethod(SERVICE, 'createParametersForImport')
  createParametersForImport(request: rpc.CreateParametersForImportRequest, metadata: Metadata): Promise<rpc.CreateParametersForImportResponse> {
    return this.imports.parameters(this.caller(request, metadata), request);
  }

  @GrpcMethod(SERVICE, 'importKeyMaterial')
  async importKeyMaterial(request: rpc.ImportKeyMaterialRequest, metadata: Metadata): Promise<rpc.ImportKeyMaterialResponse> {
    await this.imports.import(this.caller(request, metadata), request);
    return {};
  }

  @GrpcMethod(SERVICE, 'deleteImportedKeyMaterial')
  async deleteImportedKeyMaterial(request: rpc.DeleteImportedKeyMaterialRequest, metadata: Metadata): Promise<rpc.DeleteImportedKeyMaterialResponse> {
    await this.imports.delete(this.caller(request, metadata), request.key_id);
    return {};
  }

  private caller(request: { project_id: string; sequence: string }, metadata: Metadata): Caller {
    return callerOf(this.context.read(metadata), request);
  }
}
