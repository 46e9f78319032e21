import { InvocationBatch } from '@windlass/contracts/worker/v1/invocation_facts';
import type { EncodedFacts } from './encoded-facts.js';

/** The message about finished requests of one function, as it travels; there is at least one. */
export function encodedBatch(facts: EncodedFacts, ids: { readonly batchId: string; readonly workerId: string }): Uint8Array {
  const { spec, dropped } = facts;
  const about = InvocationBatch.encode({
    batch_id: ids.batchId,
    worker_id: ids.workerId,
    domain_id: spec.domain_id,
    project_id: spec.project_id,
    func_id: spec.func_id,
    func_urn: spec.func_urn,
    func_name: spec.func_name,
    package: spec.package,
    facts: [],
    dropped,
  }).finish();
  return Buffer.concat([about, facts.finish()]);
}
