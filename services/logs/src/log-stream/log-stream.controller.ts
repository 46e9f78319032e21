import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/logs/v1/log_stream_service';
import { CallContextReader } from '@windlass/grpc';
import { tenantCallerOf, type Caller } from '../caller.js';
import { LogGroupTable } from '../log-group/index.js';
import { invalidField } from '../refusal.js';
import { readTags } from '../tags.js';
import { ChangeLogStream } from './change-log-stream.js';
import { LogStreamTable, type LogStreamRow } from './log-stream-table.js';
import { readRetention, retentionOf, streamMessage } from './log-stream.messages.js';
import { TagLogResource } from './tag-log-resource.js';

const MOST_STREAMS_OF_A_PAGE = 500;
const STREAMS_OF_A_PAGE = 100;

@Controller()
export class LogStreamController {
  constructor(
    private readonly context: CallContextReader,
    private readonly commands: CommandBus,
    private readonly groups: LogGroupTable,
    private readonly streams: LogStreamTable,
  ) {}

  @GrpcMethod('LogStreamService', 'listProjectLogStreams')
  async listProjectLogStreams(request: rpc.ListProjectLogStreamsRequest, metadata: Metadata): Promise<rpc.ListProjectLogStreamsResponse> {
    const { projectId } = this.caller(request, metadata);
    const { offset = 0, limit = STREAMS_OF_A_PAGE } = request;
    if (limit < 1 || limit > MOST_STREAMS_OF_A_PAGE) throw invalidField('limit', `is a number from 1 to ${MOST_STREAMS_OF_A_PAGE}`);
    const [streams, total] = await this.streams.search(projectId, { group: request.log_group_name, stream: request.log_stream_name }, { offset, limit });
    return { log_streams: streams.map(streamMessage), total };
  }

  @GrpcMethod('LogStreamService', 'updateLogStream')
  async updateLogStream(request: rpc.UpdateLogStreamRequest, metadata: Metadata): Promise<rpc.UpdateLogStreamResponse> {
    const caller = this.caller(request, metadata);
    const ttlInDays = readRetention(request.ttl_in_days);
    if (ttlInDays === undefined && request.tags.length === 0) throw invalidField('ttl_in_days', 'is missing, and so is tags: one of them says what to change');
    const change = { kind: 'change' as const, ...(ttlInDays === undefined ? {} : { ttlInDays }), ...(request.tags.length === 0 ? {} : { tags: readTags(request.tags) }) };
    const changed = await this.commands.execute(new ChangeLogStream(caller, await this.stream(caller, request), change));
    return { log_topic_id: changed.id, log_topic_name: changed.name, creation_time: changed.createdAt.getTime(), ttl_in_days: retentionOf(changed), tag: changed.tags };
  }

  @GrpcMethod('LogStreamService', 'tagLogResource')
  async tagLogResource(request: rpc.TagLogResourceRequest, metadata: Metadata): Promise<rpc.TagLogResourceResponse> {
    await this.commands.execute(new TagLogResource(this.caller(request, metadata), request));
    return {};
  }

  @GrpcMethod('LogStreamService', 'showLogMasking')
  async showLogMasking(request: rpc.ShowLogMaskingRequest, metadata: Metadata): Promise<rpc.LogMasking> {
    const { masksSecrets } = await this.stream(this.caller(request, metadata), request);
    return { mask_secrets: masksSecrets };
  }

  @GrpcMethod('LogStreamService', 'updateLogMasking')
  async updateLogMasking(request: rpc.UpdateLogMaskingRequest, metadata: Metadata): Promise<rpc.LogMasking> {
    const caller = this.caller(request, metadata);
    const { mask_secrets: masksSecrets } = request;
    if (masksSecrets === undefined) throw invalidField('mask_secrets', 'is missing: true or false');
    const changed = await this.commands.execute(new ChangeLogStream(caller, await this.stream(caller, request), { kind: 'change', masksSecrets }));
    return { mask_secrets: changed.masksSecrets };
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return tenantCallerOf(this.context.read(metadata), request);
  }

  private async stream({ projectId }: Caller, request: { log_group_id: string; log_stream_id: string }): Promise<LogStreamRow> {
    const group = await this.groups.require(projectId, request.log_group_id);
    return this.streams.require(group.id, request.log_stream_id);
  }
}
