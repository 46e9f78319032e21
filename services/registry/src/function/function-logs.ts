import { Metadata } from '@grpc/grpc-js';
import type { OnModuleDestroy } from '@nestjs/common';
import { CreateLogGroupRequest, type LogServiceClient } from '@windlass/contracts/logs/v1/log_service';
import { isWindlassError, type WindlassError } from '@windlass/errors';
import type { Remote } from '@windlass/grpc';
import type { PrincipalSigner } from '@windlass/principal';
import type { Caller } from '../caller/caller.js';
import { refusal } from '../refusal.js';
import type { FunctionAgencies, LogSettings } from './function.state.js';
import type { LogWish } from './log-settings.js';
import { PLATFORM_GROUP, type LogWriters } from './log-writers.js';

/** Settles with the log service where a function's output goes. */
export class FunctionLogs implements OnModuleDestroy {
  constructor(
    private readonly logs: Remote<LogServiceClient>,
    private readonly signer: PrincipalSigner,
    private readonly writers: LogWriters,
  ) {}

  /**
   * Makes sure that group and stream exist in the caller's project, which is idempotent: it happens before the event that
   * names them. Without ids in the wish a function keeps the stream it has, and a new one gets its project's default. Refuses with
   * FSS.1021 a group that the function's agency may not write to.
   */
  async settle(caller: Caller, funcName: string, agencies: FunctionAgencies, wish: Exclude<LogWish, { kind: 'keep' }>, current?: LogSettings): Promise<LogSettings> {
    if (wish.kind === 'off') return { enabled: false, tags: wish.tags };
    const kept = wish.groupId === '' && current?.enabled === true ? current : undefined;
    const metadata = new Metadata();
    this.signer.attach(metadata, caller.principal, caller.metadata);
    const found = await this.logs.ensureFunctionLog(
      { func_name: funcName, log_group_id: kept?.groupId ?? wish.groupId, log_stream_id: kept?.streamId ?? wish.streamId },
      { metadata },
    );
    await this.writers.require(caller, agencies, { id: found.log_group_id, name: found.log_group_name });
    return {
      enabled: true,
      groupId: found.log_group_id,
      groupName: found.log_group_name,
      streamId: found.log_stream_id,
      streamName: found.log_stream_name,
      tags: wish.tags,
    };
  }

  /** Makes the group that functions of the caller's project write to unless told otherwise. FSS.1221 where it is there already. */
  async enable(caller: Caller): Promise<void> {
    const metadata = new Metadata();
    this.signer.attach(metadata, caller.principal, caller.metadata);
    const { projectId: project_id } = caller;
    const { log_groups: groups } = await this.logs.listLogGroups({ project_id }, { metadata });
    if (groups.some(({ log_group_name: name }) => name === PLATFORM_GROUP)) throw alreadyEnabled();
    try {
      await this.logs.createLogGroup(CreateLogGroupRequest.fromPartial({ project_id, log_group_name: PLATFORM_GROUP }), { metadata });
    } catch (error) {
      // Somebody was quicker, or the first function.
      throw isWindlassError(error) && error.kind === 'conflict' ? alreadyEnabled() : error;
    }
  }

  /** The function keeps its logs, and changes its agency. */
  async requireWriter(caller: Caller, agencies: FunctionAgencies, logs: LogSettings): Promise<void> {
    if (logs.enabled) await this.writers.require(caller, agencies, { id: logs.groupId, name: logs.groupName });
  }

  onModuleDestroy(): void {
    this.logs.close();
  }
}

/** In the words that clients take for success. */
function alreadyEnabled(): WindlassError {
  return refusal('invalid', 'FSS.1221', 'LTS_LOG_ENABLED', 'LTS log has been enabled: this project has the log group of its functions.');
}
