import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  InvokeRequest,
  InvokeResponse,
  ListInstancesRequest,
  ListInstancesResponse,
} from '@windlass/contracts/worker/v1/worker_service';
import { Invoker, judge } from '../invocation/index.js';
import { billedMs, FunctionLog } from '../log-shipping/index.js';
import { FunctionPools } from '../pool/index.js';
import { BufferedCall, requestOf } from './buffered-call.js';
import { describeInstances } from './describe-instances.js';

@Controller()
export class WorkerController {
  constructor(
    private readonly invoker: Invoker,
    private readonly pools: FunctionPools,
    private readonly log: FunctionLog,
  ) {}

  @GrpcMethod('WorkerService', 'invoke')
  async invoke(request: InvokeRequest): Promise<InvokeResponse> {
    const call = new BufferedCall(Buffer.from(request.body));
    const invocation = requestOf(request, call);
    if (request.log_tail) this.log.keepTail(request.request_id);
    const report = await this.invoker.invoke(invocation, call);
    const { failure, durationMs, memorySizeMb, memoryUsedMb, coldStart } = report;
    const summary = {
      duration_ms: durationMs,
      billing_duration_ms: billedMs(durationMs),
      memory_size_mb: memorySizeMb,
      memory_used_mb: memoryUsedMb,
      cold_start: coldStart,
    };
    const log_tail = request.log_tail ? this.log.takeTail(request.request_id) : '';
    const { response } = call;
    if (failure === undefined && response !== undefined) return { result: { $case: 'response', value: response }, summary, log_tail };
    const { code, reason, message, retryAfterSeconds = 0 } = judge(failure ?? { kind: 'WORKER_FAILED' });
    return { result: { $case: 'failure', value: { code, reason, message, retry_after_seconds: retryAfterSeconds } }, summary, log_tail };
  }

  @GrpcMethod('WorkerService', 'listInstances')
  listInstances(request: ListInstancesRequest): Promise<ListInstancesResponse> {
    return describeInstances(this.pools, request.func_id, performance.now());
  }
}
