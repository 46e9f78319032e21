import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/registry/v1/statistics_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller/caller.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { LATEST } from '../function/function-urn.js';
import { Statistics } from './read-statistics.js';
import { readLimit, readMetric, readMonths, readPeriod, readTimes, unknownFilter } from './statistics-request.js';

const SERVICE = 'StatisticsService';

@Controller()
export class StatisticsController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly lookup: FunctionLookup,
    private readonly statistics: Statistics,
  ) {}

  @GrpcMethod(SERVICE, 'listStatistics')
  async listStatistics(request: rpc.ListStatisticsRequest, metadata: Metadata): Promise<rpc.ListStatisticsResponse> {
    const caller = this.caller(request, metadata);
    switch (request.filter) {
      case 'monitor_data':
        return { count: [], gbs: [], gpu_gbs: [], statistics: await this.statistics.ofPeriod({ caller }, readPeriod(request.period)) };
      case 'monthly_report':
        return { ...(await this.statistics.ofMonths({ caller }, readMonths(request.option, new Date()))), statistics: undefined };
      default:
        throw unknownFilter(request.filter);
    }
  }

  @GrpcMethod(SERVICE, 'listFunctionStatistics')
  listFunctionStatistics(request: rpc.ListFunctionStatisticsRequest, metadata: Metadata): Promise<rpc.FunctionStatistics> {
    return this.ofFunction(request, metadata);
  }

  @GrpcMethod(SERVICE, 'showFunctionMetrics')
  showFunctionMetrics(request: rpc.ShowFunctionMetricsRequest, metadata: Metadata): Promise<rpc.FunctionStatistics> {
    return this.ofFunction(request, metadata);
  }

  @GrpcMethod(SERVICE, 'listFunctionAsMetric')
  async listFunctionAsMetric(request: rpc.ListFunctionAsMetricRequest, metadata: Metadata): Promise<rpc.ListFunctionAsMetricResponse> {
    const caller = this.caller(request, metadata);
    const values = await this.statistics.first(caller, { metric: readMetric(request.type), ...readTimes(request, Date.now()), limit: readLimit(request.limit) });
    return { values, count: values.length, next_marker: values.length };
  }

  /** A URN with a published version, or an alias of one, means the requests that this version had; one without, or with latest, means all. */
  private async ofFunction(request: rpc.ListFunctionStatisticsRequest, metadata: Metadata): Promise<rpc.FunctionStatistics> {
    const caller = this.caller(request, metadata);
    const { row, version } = await this.lookup.locate(caller, request.function_urn);
    const named = version === LATEST ? {} : { version };
    return this.statistics.ofPeriod({ caller, funcId: row.funcId, ...named }, readPeriod(request.period));
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return callerOf(this.calls.read(metadata), request.project_id);
  }
}
