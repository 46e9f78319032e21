import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { HeaderField } from '@windlass/http1';
import type { Logger } from '@windlass/telemetry';
import type { AccountAdmission } from '../account/index.js';
import type { FunctionCredentials } from '../function-credentials/index.js';
import type { FunctionPools, PooledInstance, Slot } from '../pool/index.js';
import { AnswerDelivery } from './answer-delivery.js';
import { appHeaders } from './app-headers.js';
import type { Caller } from './caller.js';
import { Forwarding, type ForwardingEnd } from './forwarding.js';
import type { InvocationLog, InvocationTrace } from './invocation-log.js';
import { InvocationError, judge, MAX_BODY_BYTES, type FailedOutcome } from './outcome.js';
import type { InvocationRequest } from './request.js';

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
    private readonly logger: Logger,
    private readonly clock: () => number,
  ) {}

  /** Never rejects: whatever happens, the caller is answered or cut off, and the report says why. */
  async invoke(request: InvocationRequest, caller: Caller): Promise<InvocationReport> {
    let spec: FunctionSpec | undefined;
    try {
      const { framing } = request.body;
      if (framing.kind === 'length' && framing.length > MAX_BODY_BYTES) throw new InvocationError({ kind: 'REQUEST_TOO_LARGE' });
      const found = this.functions.find(request.functionId, request.version, request.revision, request.fields);
      spec = found instanceof Promise ? await found : found;
      return await this.admitted(request, spec, caller);
    } catch (error) {
      const failure = error instanceof InvocationError ? error.outcome : this.mistake(error, request.requestId).failure;
      return this.refuse(failure, spec, request.requestId, caller);
    }
  }

  /** Serves the request as one of those that its account may have in hand. */
  private async admitted(request: InvocationRequest, spec: FunctionSpec, caller: Caller): Promise<InvocationReport> {
    this.accounts.enter(spec.domain_id);
    try {
      const issued = this.credentials.find(spec);
      const credentials = issued instanceof Promise ? await issued : issued;
      const acquired = this.pools.acquire(spec, request.requestId, request.timeoutMs > 0 ? request.timeoutMs : undefined);
      const slot = acquired instanceof Promise ? await this.wait(acquired, spec, request.requestId, caller) : acquired;
      return await this.serve(request, spec, appHeaders(request, spec, credentials), slot, caller);
    } finally {
      this.accounts.leave(spec.domain_id);
    }
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

  private async serve(request: InvocationRequest, spec: FunctionSpec, fields: readonly HeaderField[], slot: Slot, caller: Caller): Promise<InvocationReport> {
    const { instance } = slot;
    const trace: InvocationTrace = { spec, requestId: request.requestId, instanceId: instance.id };
    const functionLimitMs = spec.timeout_seconds * 1_000;
    const timeoutMs = request.timeoutMs > 0 ? Math.min(request.timeoutMs, functionLimitMs) : functionLimitMs;
    const startedAt = this.clock();
    let condition: 'sound' | 'doubtful' = 'doubtful';
    try {
      this.log.started(trace);
      const delivery = new AnswerDelivery(caller);
      const forwarding = new Forwarding(request, fields, instance, caller, delivery, timeoutMs, this.clock);
      const end = await forwarding.run().catch((error: unknown) => this.mistake(error, request.requestId));
      condition = end.condition;
      const durationMs = this.clock() - startedAt;
      if (end.failure !== undefined) answerFailure(end.failure, delivery, caller);
      await this.settleOutput(instance);
      if (end.failure !== undefined) this.log.note(trace, firstLine(judge(end.failure).message));
      const figures = { durationMs, memorySizeMb: spec.memory_mb, memoryUsedMb: instance.memoryUsedMb };
      this.log.finished(trace, { ...figures, failed: end.failure !== undefined });
      return { ...figures, failure: end.failure, coldStart: slot.coldStart };
    } finally {
      slot.release(condition);
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

  private refuse(failure: FailedOutcome, spec: FunctionSpec | undefined, requestId: string, caller: Caller): InvocationReport {
    const verdict = judge(failure);
    if (!caller.gone) caller.fail(verdict);
    const figures = { durationMs: 0, memorySizeMb: spec?.memory_mb ?? 0, memoryUsedMb: 0 };
    if (spec !== undefined) {
      const trace = { spec, requestId, instanceId: '' };
      this.log.started(trace);
      this.log.note(trace, firstLine(verdict.message));
      this.log.finished(trace, { ...figures, failed: true });
    }
    return { ...figures, failure, coldStart: failure.kind === 'START_FAILED' };
  }
}

function answerFailure(failure: FailedOutcome, delivery: AnswerDelivery, caller: Caller): void {
  if (caller.gone) return;
  if (delivery.begun) caller.cut();
  else caller.fail(judge(failure));
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
