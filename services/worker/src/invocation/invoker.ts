import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { HeaderField } from '@windlass/http1';
import type { Logger } from '@windlass/telemetry';
import type { AccountAdmission } from '../account/index.js';
import type { FunctionCredentials } from '../function-credentials/index.js';
import type { FunctionPools, PooledInstance, Slot } from '../pool/index.js';
import { AnswerDelivery } from './answer-delivery.js';
import { appHeaders } from './app-headers.js';
import type { Caller } from './caller.js';
import type { FinishedRequests } from './finished-request.js';
import { Forwarding, type ForwardingEnd } from './forwarding.js';
import type { InvocationLog, InvocationTrace } from './invocation-log.js';
import { InvocationError, judge, MAX_BODY_BYTES, type FailedOutcome } from './outcome.js';
import type { InvocationRequest } from './request.js';

/** A request is sent to this many instances at most; each but the last was killed before it said anything. */
const MAX_ATTEMPTS = 4;

/** Where definitions of functions come from. `version` may be "!" and an alias: the fields of the request say which version is meant. */
export interface FunctionFinder {
  find(functionId: string, version: string, requiredRevision: number, fields: readonly HeaderField[]): FunctionSpec | Promise<FunctionSpec>;
}

/** Where the credentials come from that a request brings to a function. Rejects with an InvocationError. */
export interface CredentialFinder {
  find(spec: FunctionSpec): FunctionCredentials | undefined | Promise<FunctionCredentials>;
}

export interface InvocationReport {
  readonly failure: FailedOutcome | undefined;
  /** From the moment an instance had the request to the end of its answer; 0 when none had it. */
  readonly durationMs: number;
  readonly memorySizeMb: number;
  readonly memoryUsedMb: number;
  readonly coldStart: boolean;
}

/** Serves requests: finds the function, gets it a slot, forwards, and tells the log. */
export class Invoker {
  constructor(
    private readonly functions: FunctionFinder,
    private readonly accounts: AccountAdmission,
    private readonly credentials: CredentialFinder,
    private readonly pools: FunctionPools,
    private readonly log: InvocationLog,
    private readonly facts: FinishedRequests,
    private readonly logger: Logger,
    private readonly clock: () => number,
  ) {}

  /** Never rejects: whatever happens, the caller is answered or cut off, and the report says why. */
  async invoke(request: InvocationRequest, caller: Caller): Promise<InvocationReport> {
    const receivedAt = this.clock();
    let spec: FunctionSpec | undefined;
    try {
      const { framing } = request.body;
      if (framing.kind === 'length' && framing.length > MAX_BODY_BYTES) throw new InvocationError({ kind: 'REQUEST_TOO_LARGE' });
      const found = this.functions.find(request.functionId, request.version, request.revision, request.fields);
      spec = found instanceof Promise ? await found : found;
      return await this.admitted(request, spec, caller, receivedAt);
    } catch (error) {
      const failure = error instanceof InvocationError ? error.outcome : this.mistake(error, request.requestId).failure;
      return this.refuse(failure, spec, request.requestId, caller, receivedAt);
    }
  }

  /** Serves the request as one of those that its account may have in hand. */
  private async admitted(request: InvocationRequest, spec: FunctionSpec, caller: Caller, receivedAt: number): Promise<InvocationReport> {
    this.accounts.enter(spec.domain_id);
    try {
      const issued = this.credentials.find(spec);
      const credentials = issued instanceof Promise ? await issued : issued;
      const acquired = this.acquire(request, spec, caller);
      const slot = acquired instanceof Promise ? await acquired : acquired;
      return await this.serve(request, spec, appHeaders(request, spec, credentials), slot, caller, receivedAt);
    } finally {
      this.accounts.leave(spec.domain_id);
    }
  }

  private acquire(request: InvocationRequest, spec: FunctionSpec, caller: Caller): Slot | Promise<Slot> {
    const acquired = this.pools.acquire(spec, request.requestId, request.timeoutMs > 0 ? request.timeoutMs : undefined);
    return acquired instanceof Promise ? this.wait(acquired, spec, request.requestId, caller) : acquired;
  }

  /** Somebody who leaves the queue must not keep a place in it. */
  private async wait(slot: Promise<Slot>, spec: FunctionSpec, requestId: string, caller: Caller): Promise<Slot> {
    caller.onGone = () => this.pools.abandon(spec, requestId);
    try {
      return await slot;
    } finally {
      caller.onGone = undefined;
    }
  }

  private async serve(request: InvocationRequest, spec: FunctionSpec, fields: readonly HeaderField[], first: Slot, caller: Caller, receivedAt: number): Promise<InvocationReport> {
    const functionLimitMs = spec.timeout_seconds * 1_000;
    const timeoutMs = request.timeoutMs > 0 ? Math.min(request.timeoutMs, functionLimitMs) : functionLimitMs;
    const delivery = new AnswerDelivery(caller);
    let slot = first;
    let { queueMs, coldStartMs } = first;
    let startedAt = this.clock();
    let condition: 'sound' | 'doubtful' = 'doubtful';
    try {
      this.log.started(traceOf(request, slot));
      let forwarding = new Forwarding(request, fields, slot.instance, caller, delivery, timeoutMs, this.clock);
      let end = await forwarding.run().catch((error: unknown) => this.mistake(error, request.requestId));
      for (let attempt = 1; end.resend !== undefined && attempt < MAX_ATTEMPTS && !caller.gone; attempt += 1) {
        const next = await this.another(request, spec, slot, caller);
        if (next === undefined) break;
        slot = next;
        queueMs += next.queueMs;
        coldStartMs += next.coldStartMs;
        startedAt = this.clock();
        forwarding = new Forwarding(request, fields, slot.instance, caller, delivery, timeoutMs, this.clock, end.resend);
        end = await forwarding.run().catch((error: unknown) => this.mistake(error, request.requestId));
      }
      const { instance } = slot;
      const trace = traceOf(request, slot);
      condition = end.condition;
      const endedAt = this.clock();
      const durationMs = endedAt - startedAt;
      const status = end.failure !== undefined ? answerFailure(end.failure, delivery, caller) : delivery.status;
      await this.settleOutput(instance);
      if (end.failure !== undefined) this.log.note(trace, firstLine(judge(end.failure).message));
      const figures = { durationMs, memorySizeMb: spec.memory_mb, memoryUsedMb: instance.memoryUsedMb };
      this.log.finished(trace, { ...figures, failed: end.failure !== undefined });
      this.facts.finished({
        ...{ requestId: request.requestId, spec, instance, receivedAt, endedAt, queueMs, coldStartMs, runMs: durationMs, coldStart: slot.coldStart, woken: slot.woken },
        ...{ status, failure: end.failure, memoryPeakMb: instance.memoryPeakMb, bytesIn: forwarding.bytesIn, bytesOut: delivery.bodyBytes },
      });
      return { ...figures, failure: end.failure, coldStart: slot.coldStart };
    } finally {
      slot.release(condition);
    }
  }

  /** A slot of another instance for a request whose own was killed; undefined when there is none, which is no better a reason to tell. */
  private async another(request: InvocationRequest, spec: FunctionSpec, lost: Slot, caller: Caller): Promise<Slot | undefined> {
    lost.release('sound');
    try {
      return await this.acquire(request, spec, caller);
    } catch {
      return undefined;
    }
  }

  /**
   * What the app wrote before the end of its answer lies in its pipes by now. It belongs to this request, so it is read before
   * the request counts as over: the first turn of the event loop reads the pipes, the second lets what came of it be handled.
   */
  private async settleOutput(instance: PooledInstance): Promise<void> {
    const sampled = instance.sampleMemory();
    if (instance.memoryUsedMb === 0) await sampled;
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }

  private mistake(error: unknown, requestId: string): ForwardingEnd & { readonly failure: FailedOutcome } {
    this.logger.error({ err: error, requestId }, 'invocation failed');
    return { failure: { kind: 'WORKER_FAILED' }, condition: 'doubtful' };
  }

  private refuse(failure: FailedOutcome, spec: FunctionSpec | undefined, requestId: string, caller: Caller, receivedAt: number): InvocationReport {
    const verdict = judge(failure);
    const status = caller.gone ? 0 : verdict.httpStatus;
    if (!caller.gone) caller.fail(verdict);
    const figures = { durationMs: 0, memorySizeMb: spec?.memory_mb ?? 0, memoryUsedMb: 0 };
    if (spec !== undefined) {
      const trace = { spec, requestId, instanceId: '' };
      this.log.started(trace);
      this.log.note(trace, firstLine(verdict.message));
      this.log.finished(trace, { ...figures, failed: true });
      const endedAt = this.clock();
      const coldStart = failure.kind === 'START_FAILED';
      const waited = coldStart ? { queueMs: 0, coldStartMs: endedAt - receivedAt } : { queueMs: endedAt - receivedAt, coldStartMs: 0 };
      this.facts.finished({
        ...{ requestId, spec, instance: undefined, receivedAt, endedAt, ...waited, runMs: 0, coldStart, woken: false },
        ...{ status, failure, memoryPeakMb: 0, bytesIn: 0, bytesOut: 0 },
      });
    }
    return { ...figures, failure, coldStart: failure.kind === 'START_FAILED' };
  }
}

function traceOf({ requestId }: InvocationRequest, { instance }: Slot): InvocationTrace {
  return { spec: instance.spec, requestId, instanceId: instance.id };
}

/** Answers the status the caller saw; 0 when it saw none. */
function answerFailure(failure: FailedOutcome, delivery: AnswerDelivery, caller: Caller): number {
  if (caller.gone) return 0;
  if (delivery.begun) {
    caller.cut();
    return delivery.status;
  }
  const verdict = judge(failure);
  caller.fail(verdict);
  return verdict.httpStatus;
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
