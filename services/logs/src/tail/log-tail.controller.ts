import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import { TailLogsRequest, type AwaitLogsRequest, type TailLogsResponse } from '@windlass/contracts/logs/v1/log_tail_service';
import { CallContextReader } from '@windlass/grpc';
import { tenantCallerOf } from '../caller.js';
import { AwaitLogs } from './await-logs.js';

@Controller()
export class LogTailController {
  constructor(
    private readonly context: CallContextReader,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod('LogTailService', 'awaitLogs')
  awaitLogs({ tail = TailLogsRequest.fromPartial({}), wait_ms }: AwaitLogsRequest, metadata: Metadata, call: ServerUnaryCall<AwaitLogsRequest, TailLogsResponse>): Promise<TailLogsResponse> {
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    return this.queries.execute(new AwaitLogs(tenantCallerOf(this.context.read(metadata), tail), tail, wait_ms, gone.signal));
  }
}
