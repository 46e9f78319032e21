import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/logs/v1/log_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, tenantCallerOf, type Caller } from './caller.js';
import { EnsureFunctionLog } from './function-log/index.js';
import { ChangeLogGroup, CreateLogGroup, LogGroupTable, type LogGroupRow } from './log-group/index.js';
import { CreateLogStream, DeleteLogStream, LogStreamTable, readRetention, streamMessage } from './log-stream/index.js';
import { QueryLogs } from './query-logs/index.js';
import { invalidField } from './refusal.js';
import { readTags } from './tags.js';

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
    const command = new CreateLogGroup(this.caller(request, metadata), request.log_group_name, request.log_group_name_alias, request.ttl_in_days, readTags(request.tags));
    return { log_group_id: await this.commands.execute(command) };
  }

  @GrpcMethod('LogService', 'listLogGroups')
  async listLogGroups(request: rpc.ListLogGroupsRequest, metadata: Metadata): Promise<rpc.ListLogGroupsResponse> {
    const groups = await this.groups.list(this.caller(request, metadata).projectId);
    return { log_groups: groups.map(groupMessage) };
  }

  @GrpcMethod('LogService', 'updateLogGroup')
  async updateLogGroup(request: rpc.UpdateLogGroupRequest, metadata: Metadata): Promise<rpc.LogGroup> {
    const caller = this.caller(request, metadata);
    const { log_group_id: id, ttl_in_days: ttlInDays, tags } = request;
    if (ttlInDays === undefined && tags.length === 0) throw invalidField('ttl_in_days', 'is missing, and so is tags: one of them says what to change');
    const change = { ...(ttlInDays === undefined ? {} : { ttlInDays }), ...(tags.length === 0 ? {} : { tags: readTags(tags) }) };
    await this.commands.execute(new ChangeLogGroup(caller, id, { kind: 'change', ...change }));
    return groupMessage(await this.groups.require(caller.projectId, id));
  }

  @GrpcMethod('LogService', 'deleteLogGroup')
  async deleteLogGroup(request: rpc.DeleteLogGroupRequest, metadata: Metadata): Promise<rpc.DeleteLogGroupResponse> {
    await this.commands.execute(new ChangeLogGroup(this.caller(request, metadata), request.log_group_id, { kind: 'delete' }));
    return {};
  }

  @GrpcMethod('LogService', 'createLogStream')
  async createLogStream(request: rpc.CreateLogStreamRequest, metadata: Metadata): Promise<rpc.CreateLogStreamResponse> {
    const ttlInDays = readRetention(request.ttl_in_days) ?? null;
    const { log_group_id, log_stream_name, log_stream_name_alias } = request;
    const command = new CreateLogStream(this.caller(request, metadata), log_group_id, log_stream_name, log_stream_name_alias, ttlInDays, readTags(request.tags));
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
    return tenantCallerOf(this.context.read(metadata), request);
  }
}

function groupMessage(row: LogGroupRow): rpc.LogGroup {
  return {
    log_group_id: row.id,
    log_group_name: row.name,
    log_group_name_alias: row.alias,
    ttl_in_days: row.ttlInDays,
    creation_time: row.createdAt.getTime(),
    tag: row.tags,
  };
}
