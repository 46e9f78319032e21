import { Fault, type InvocationBatch, type InvocationFact } from '@windlass/contracts/worker/v1/invocation_facts';
import type { Failure } from '@windlass/function-exchange';
import { judge, type FinishedRequest } from '../invocation/index.js';
import { cpuShares } from './cpu-shares.js';
import type { FunctionFacts } from './fact-buffer.js';

const FAULTS: Record<Failure['fault'], Fault> = { function: Fault.FUNCTION, caller: Fault.CALLER, platform: Fault.PLATFORM };

/** The message about finished requests of one function; there is at least one. */
export function invocationBatch({ requests, dropped }: FunctionFacts, ids: { readonly batchId: string; readonly workerId: string }): InvocationBatch {
  // What is told of the function is what was so at the last request.
  const spec = (requests.at(-1) as FinishedRequest).spec;
  const cpu = cpuShares(requests);
  return {
    batch_id: ids.batchId,
    worker_id: ids.workerId,
    domain_id: spec.domain_id,
    project_id: spec.project_id,
    func_id: spec.func_id,
    func_urn: spec.func_urn,
    func_name: spec.func_name,
    package: spec.package,
    facts: requests.map((request, index) => invocationFact(request, cpu[index] ?? 0)),
    dropped,
  };
}

function invocationFact(request: FinishedRequest, cpuMs: number): InvocationFact {
  const { spec, failure } = request;
  const verdict = failure === undefined ? undefined : judge(failure);
  return {
    request_id: request.requestId,
    version: spec.version,
    revision: spec.revision,
    instance_id: request.instance?.id ?? '',
    received_at: performance.timeOrigin + request.receivedAt,
    ended_at: performance.timeOrigin + request.endedAt,
    queue_ms: request.queueMs,
    cold_start_ms: request.coldStartMs,
    run_ms: request.runMs,
    cold_start: request.coldStart,
    woken: request.woken,
    status_code: request.status,
    fault: verdict === undefined ? Fault.UNSPECIFIED : FAULTS[verdict.fault],
    reason: verdict?.reason ?? '',
    error_code: verdict?.code ?? 0,
    memory_size_mb: spec.memory_mb,
    memory_peak_mb: request.memoryPeakMb,
    bytes_in: request.bytesIn,
    bytes_out: request.bytesOut,
    cpu_ms: cpuMs,
  };
}
