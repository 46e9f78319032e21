import type { Circuit, Instance, ListInstancesResponse, VersionHealth } from '@windlass/contracts/worker/v1/worker_service';
import { judge } from '../invocation/index.js';
import type { FunctionPool, FunctionPools, PooledInstance } from '../pool/index.js';

/** What runs of one function, or of all when the id is empty, and how its versions fare. `now`: of the pools' clock. */
export async function describeInstances(pools: FunctionPools, functionId: string, now: number): Promise<ListInstancesResponse> {
  const asked = [...pools.all()].filter(({ spec }) => functionId === '' || spec.func_id === functionId);
  const instances = asked.flatMap((pool) => [...pool.instances]);
  // A frozen one takes no memory; what was read before it froze is what it has.
  await Promise.all(instances.map((instance) => (instance.state.name === 'frozen' ? undefined : instance.sampleMemory())));
  return { instances: instances.map(describeInstance), versions: asked.map((pool) => describeHealth(pool, now)) };
}

function describeInstance(instance: PooledInstance): Instance {
  const { spec, state } = instance;
  return {
    instance_id: instance.id,
    func_id: spec.func_id,
    version: spec.version,
    revision: spec.revision,
    state: state.name,
    started_at: toEpoch(instance.startedAt),
    requests_running: instance.active,
    requests_served: instance.served,
    state_since: toEpoch(instance.since),
    memory_used_mb: instance.memoryUsedMb,
    memory_peak_mb: instance.memoryPeakMb,
    cpu_ms: instance.cpuUsedMs(),
  };
}

function describeHealth(pool: FunctionPool, now: number): VersionHealth {
  const { func_id, version, revision } = pool.spec;
  return { func_id, version, revision, requests_waiting: pool.waiting, circuit: describeCircuit(pool, now) };
}

function describeCircuit({ circuit }: FunctionPool, now: number): Circuit {
  const { state, failures, ...open } = circuit.at(now);
  const retry_at = state === 'open' && 'until' in open ? toEpoch(open.until) : 0;
  if (failures === 0 || circuit.last === undefined) return { state, failures, retry_at, last_failure: undefined };
  const { code, reason, message } = judge(circuit.last.outcome);
  const [sentence = '', ...stderr_tail] = message.split('\n');
  const last_failure = { at: toEpoch(circuit.last.at), code, reason, message: sentence.replace(/ Last lines of stderr:$/, ''), stderr_tail };
  return { state, failures, retry_at, last_failure };
}

/** The pools' clock is that of `performance`, which began some time ago. */
function toEpoch(milliseconds: number): number {
  return Math.round(performance.timeOrigin + milliseconds);
}
