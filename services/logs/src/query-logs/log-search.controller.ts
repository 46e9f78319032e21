import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/logs/v1/log_search_service';
import { CallContextReader } from '@windlass/grpc';
import { tenantCallerOf } from '../caller.js';
import { ListLogContext } from './list-log-context.js';
import { ListLogHistogram } from './list-log-histogram.js';

@Controller()
export class LogSearchController {
  constructor(
    private readonly context: CallContextReader,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod('LogSearchService', 'listLogHistogram')
  listLogHistogram(request: rpc.ListLogHistogramRequest, metadata: Metadata): Promise<rpc.ListLogHistogramResponse> {
    return this.queries.execute(new ListLogHistogram(tenantCallerOf(this.context.read(metadata), request), request));
  }

  @GrpcMethod('LogSearchService', 'listLogContext')
  listLogContext(request: rpc.ListLogContextRequest, metadata: Metadata): Promise<rpc.ListLogContextResponse> {
    return this.queries.execute(new ListLogContext(tenantCallerOf(this.context.read(metadata), request), request));
  }
}
