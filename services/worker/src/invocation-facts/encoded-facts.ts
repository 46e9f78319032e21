import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { Fault } from '@windlass/contracts/worker/v1/invocation_facts';
import type { Failure } from '@windlass/function-exchange';
import { judge, type FailedOutcome, type FinishedRequest } from '../invocation/index.js';
import { cpuShares } from './cpu-shares.js';
import { bytesOfText, FACT_BYTES, WireWriter } from './wire-writer.js';

const FAULTS: Record<Failure['fault'], Fault> = { function: Fault.FUNCTION, caller: Fault.CALLER, platform: Fault.PLATFORM };
/** Of InvocationBatch. */
const FACTS = 9;

/** Finished requests of one function that are published together, each written when it ended, oldest first. */
export class EncodedFacts {
  /** How many facts were lost before these. */
  dropped = 0;
  private readonly writer = new WireWriter();
  /** Where each fact ends, whose instance had it and for how long: its part of the processor time is known only in the end. */
  private ends: number[] = [];
  private ran: Pick<FinishedRequest, 'instance' | 'runMs'>[] = [];

  /** What is told of the function is what was so at the last request. */
  constructor(public spec: FunctionSpec) {}

  get length(): number {
    return this.ends.length;
  }

  add(request: FinishedRequest): void {
    const { spec, requestId, instance, runMs } = request;
    this.spec = spec;
    this.writer.reserve(FACT_BYTES + bytesOfText(requestId) + bytesOfText(spec.version) + bytesOfText(instance?.id ?? ''));
    this.write(request);
    this.ends.push(this.writer.size);
    this.ran.push({ instance, runMs });
  }

  dropOldest(facts: number): void {
    const bytes = this.ends[facts - 1] ?? 0;
    this.writer.drop(bytes);
    this.ends = this.ends.slice(facts).map((end) => end - bytes);
    this.ran = this.ran.slice(facts);
  }

  /** Field `facts` of an InvocationBatch, as it travels: a message is the bytes of its fields one behind the other. No fact may follow. */
  finish(): Buffer {
    // The share is the last of a fact's fields.
    cpuShares(this.ran).forEach((share, index) => this.writer.setDouble((this.ends[index] as number) - 8, share));
    return this.writer.bytes.subarray(0, this.writer.size);
  }

  /** As message InvocationFact says. */
  private write(request: FinishedRequest): void {
    const { writer } = this;
    const { spec, instance } = request;
    const fact = writer.beginMessage(FACTS);
    writer.text(1, request.requestId);
    writer.text(2, spec.version);
    writer.number(3, spec.revision);
    if (instance !== undefined) writer.text(4, instance.id);
    writer.double(5, performance.timeOrigin + request.receivedAt);
    writer.double(6, performance.timeOrigin + request.endedAt);
    writer.double(7, request.queueMs);
    writer.double(8, request.coldStartMs);
    writer.double(9, request.runMs);
    writer.number(10, Number(request.coldStart));
    writer.number(11, Number(request.woken));
    writer.number(12, request.status);
    if (request.failure !== undefined) this.writeFailure(request.failure);
    writer.number(16, spec.memory_mb);
    writer.double(17, request.memoryPeakMb);
    writer.double(18, request.bytesIn);
    writer.double(19, request.bytesOut);
    writer.placeOfDouble(20, 0);
    writer.endMessage(fact);
  }

  private writeFailure(failure: FailedOutcome): void {
    const { fault, reason, code } = judge(failure);
    this.writer.number(13, FAULTS[fault]);
    this.writer.text(14, reason);
    this.writer.number(15, code);
  }
}
