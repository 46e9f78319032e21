import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/logs/v1/log_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, requireReach, type Caller } from './caller.js';
import { EnsureFunctionLog } from './function-log/index.js';
import { ChangeLogGroup, CreateLogGroup, LogGroupTable, type LogGroupRow } from './log-group/index.js';
import { CreateLogStream, DeleteLogStream, LogStreamTable, type LogStreamRow } from './log-stream/index.js';
import { QueryLogs } from './query-logs/index.js';
import { invalidField } from './refusal.js';

/** What a stream says when its lines live as long as its group says. */
const RETENTION_OF_GROUP = -1;

@Controller()
export class LogServiceController {
  constructor(
    private readonly context: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly groups: LogGroupTable,
    private readonly streams: LogStreamTable,
  ) {}

  @GrpcMethod('LogService', 'createLogGroup')
  async createLogGroup(request: rpc.CreateLogGroupRequest, metadata: Metadata): Promise<rpc.CreateLogGroupResponse> {
    const command = new CreateLogGroup(this.caller(request, metadata), request.log_group_name, request.log_group_name_alias, request.ttl_in_days);
    return { log_group_id: await this.commands.execute(command) };
  }

  @GrpcMethod('LogService', 'listLogGroups')
  async listLogGroups(request: rpc.ListLogGroupsRequest, metadata: Metadata): Promise<rpc.ListLogGroupsResponse> {
    const groups = await this.groups.list(this.caller(request, metadata).projectId);
    return { log_groups: groups.map(groupMessage) };
  }

  @GrpcMethod('LogService', 'updateLogGroup')
  async updateLogGroup(request: rpc.UpdateLogGroupRequest, metadata: Metadata): Promise<rpc.LogGroup> {
    const { ttl_in_days: ttlInDays } = request;
    if (ttlInDays === undefined) throw invalidField('ttl_in_days', 'is missing');
    const group = await this.commands.execute(new ChangeLogGroup(this.caller(request, metadata), request.log_group_id, { kind: 'change retention', ttlInDays }));
    return groupMessage({ ...group, ttlInDays });
  }

  @GrpcMethod('LogService', 'deleteLogGroup')
  async deleteLogGroup(request: rpc.DeleteLogGroupRequest, metadata: Metadata): Promise<rpc.DeleteLogGroupResponse> {
    await this.commands.execute(new ChangeLogGroup(this.caller(request, metadata), request.log_group_id, { kind: 'delete' }));
    return {};
  }

  @GrpcMethod('LogService', 'createLogStream')
  async createLogStream(request: rpc.CreateLogStreamRequest, metadata: Metadata): Promise<rpc.CreateLogStreamResponse> {
    const ttlInDays = request.ttl_in_days === undefined || request.ttl_in_days === RETENTION_OF_GROUP ? null : request.ttl_in_days;
    const { log_group_id, log_stream_name, log_stream_name_alias } = request;
    const command = new CreateLogStream(this.caller(request, metadata), log_group_id, log_stream_name, log_stream_name_alias, ttlInDays);
    return { log_stream_id: await this.commands.execute(command) };
  }

  @GrpcMethod('LogService', 'listLogStreams')
  async listLogStreams(request: rpc.ListLogStreamsRequest, metadata: Metadata): Promise<rpc.ListLogStreamsResponse> {
    const group = await this.groups.require(this.caller(request, metadata).projectId, request.log_group_id);
    const streams = await this.streams.list(group.id);
    return { log_streams: streams.map(streamMessage) };
  }

  @GrpcMethod('LogService', 'deleteLogStream')
  async deleteLogStream(request: rpc.DeleteLogStreamRequest, metadata: Metadata): Promise<rpc.DeleteLogStreamResponse> {
    await this.commands.execute(new DeleteLogStream(this.caller(request, metadata), request.log_group_id, request.log_stream_id));
    return {};
  }

  @GrpcMethod('LogService', 'queryLogs')
  queryLogs(request: rpc.QueryLogsRequest, metadata: Metadata): Promise<rpc.QueryLogsResponse> {
    return this.queries.execute(new QueryLogs(this.caller(request, metadata), request));
  }

  @GrpcMethod('LogService', 'ensureFunctionLog')
  ensureFunctionLog(request: rpc.EnsureFunctionLogRequest, metadata: Metadata): Promise<rpc.EnsureFunctionLogResponse> {
    const caller = callerOf(this.context.read(metadata));
    return this.commands.execute(new EnsureFunctionLog(caller, request.func_name, request.log_group_id, request.log_stream_id));
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    const context = this.context.read(metadata);
    const caller = callerOf(context, request.project_id);
    requireReach(context.principal);
    return caller;
  }
}

function groupMessage(row: LogGroupRow): rpc.LogGroup {
  return {
    log_group_id: row.id,
    log_group_name: row.name,
    log_group_name_alias: row.alias,
    ttl_in_days: row.ttlInDays,
    creation_time: row.createdAt.getTime(),
    tag: {},
  };
}

function streamMessage(row: LogStreamRow): rpc.LogStream {
  return {
    log_stream_id: row.id,
    log_stream_name: row.name,
    log_stream_name_alias: row.alias,
    creation_time: row.createdAt.getTime(),
    filter_count: 0,
    is_favorite: false,
    tag: {},
    ttl_in_days: row.ttlInDays ?? RETENTION_OF_GROUP,
    whether_log_storage: true,
    hot_cold_separation: false,
    auth_web_tracking: false,
  };
}
