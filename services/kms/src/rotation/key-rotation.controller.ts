import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/kms/v1/key_rotation_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, metadataOf, type Caller } from '../caller.js';
import { ChangeKey, FIRST_MATERIAL_VERSION, KeyRotations, KeyTable } from '../key/index.js';

const SERVICE = 'KeyRotationService';

interface OfKey {
  readonly project_id: string;
  readonly key_id: string;
  readonly sequence: string;
}

@Controller()
export class KeyRotationController {
  constructor(
    private readonly context: CallContextReader,
    private readonly commands: CommandBus,
    private readonly keys: KeyTable,
    private readonly rotations: KeyRotations,
  ) {}

  @GrpcMethod(SERVICE, 'enableKeyRotation')
  enableKeyRotation(request: rpc.EnableKeyRotationRequest, metadata: Metadata): Promise<rpc.EnableKeyRotationResponse> {
    return this.change(request, metadata, { kind: 'enable_rotation', at: new Date() });
  }

  @GrpcMethod(SERVICE, 'disableKeyRotation')
  disableKeyRotation(request: rpc.DisableKeyRotationRequest, metadata: Metadata): Promise<rpc.DisableKeyRotationResponse> {
    return this.change(request, metadata, { kind: 'disable_rotation' });
  }

  @GrpcMethod(SERVICE, 'updateKeyRotationInterval')
  updateKeyRotationInterval(request: rpc.UpdateKeyRotationIntervalRequest, metadata: Metadata): Promise<rpc.UpdateKeyRotationIntervalResponse> {
    return this.change(request, metadata, { kind: 'change_rotation_interval', days: request.rotation_interval });
  }

  @GrpcMethod(SERVICE, 'showKeyRotationStatus')
  async showKeyRotationStatus(request: rpc.ShowKeyRotationStatusRequest, metadata: Metadata): Promise<rpc.ShowKeyRotationStatusResponse> {
    const row = await this.keys.require(this.caller(request, metadata), request.key_id);
    return {
      key_rotation_enabled: row.nextRotationAt !== null,
      rotation_interval: row.rotationIntervalDays,
      last_rotation_time: row.lastRotationAt === null ? '' : String(row.lastRotationAt.getTime()),
      number_of_rotations: row.materialVersion - FIRST_MATERIAL_VERSION,
    };
  }

  @GrpcMethod(SERVICE, 'rotateKey')
  async rotateKey(request: rpc.RotateKeyRequest, metadata: Metadata): Promise<rpc.RotateKeyResponse> {
    const caller = this.caller({ ...request, sequence: '' }, metadata);
    const row = await this.keys.require(caller, request.key_id);
    const version = await this.rotations.rotate(row, { kind: 'rotate', at: new Date() }, metadataOf(caller));
    return { key_id: row.id, number_of_rotations: version - FIRST_MATERIAL_VERSION };
  }

  private async change(request: OfKey, metadata: Metadata, change: ChangeKey['change']): Promise<Record<string, never>> {
    await this.commands.execute(new ChangeKey(this.caller(request, metadata), request.key_id, change));
    return {};
  }

  private caller(request: OfKey, metadata: Metadata): Caller {
    return callerOf(this.context.read(metadata), request);
  }
}
