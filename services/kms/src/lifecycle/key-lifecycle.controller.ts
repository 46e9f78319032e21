import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/kms/v1/key_lifecycle_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf } from '../caller.js';
import { ChangeKey, KeyTable } from '../key/index.js';
import { STATE_NUMBERS } from '../key-state-numbers.js';

const SERVICE = 'KeyLifecycleService';

@Controller()
export class KeyLifecycleController {
  constructor(
    private readonly context: CallContextReader,
    private readonly commands: CommandBus,
    private readonly keys: KeyTable,
  ) {}

  @GrpcMethod(SERVICE, 'scheduleKeyDeletion')
  async scheduleKeyDeletion(request: rpc.ScheduleKeyDeletionRequest, metadata: Metadata): Promise<rpc.ScheduleKeyDeletionResponse> {
    const pendingDays = /^\d{1,4}$/.test(request.pending_days) ? Number(request.pending_days) : NaN;
    await this.change(request, metadata, { kind: 'schedule_deletion', pendingDays, at: new Date() });
    // What depends on the key is known to others; the edge asks them.
    return { key_id: request.key_id, key_state: STATE_NUMBERS.pending_deletion, affected_functions: [] };
  }

  @GrpcMethod(SERVICE, 'cancelKeyDeletion')
  async cancelKeyDeletion(request: rpc.CancelKeyDeletionRequest, metadata: Metadata): Promise<rpc.CancelKeyDeletionResponse> {
    await this.change(request, metadata, { kind: 'cancel_deletion' });
    // Disabled, or without material.
    const { state } = await this.keys.require(callerOf(this.context.read(metadata), request), request.key_id);
    return { key_id: request.key_id, key_state: STATE_NUMBERS[state] };
  }

  @GrpcMethod(SERVICE, 'updateKeyAlias')
  async updateKeyAlias(request: rpc.UpdateKeyAliasRequest, metadata: Metadata): Promise<rpc.UpdateKeyAliasResponse> {
    const { key_id, key_alias } = request;
    await this.change(request, metadata, { kind: 'change_alias', alias: key_alias });
    return { key_info: { key_id, key_alias } };
  }

  @GrpcMethod(SERVICE, 'updateKeyDescription')
  async updateKeyDescription(request: rpc.UpdateKeyDescriptionRequest, metadata: Metadata): Promise<rpc.UpdateKeyDescriptionResponse> {
    const { key_id, key_description } = request;
    await this.change(request, metadata, { kind: 'change_description', description: key_description });
    return { key_info: { key_id, key_description } };
  }

  private change(request: { project_id: string; key_id: string; sequence: string }, metadata: Metadata, change: ChangeKey['change']): Promise<void> {
    return this.commands.execute(new ChangeKey(callerOf(this.context.read(metadata), request), request.key_id, change));
  }
}
