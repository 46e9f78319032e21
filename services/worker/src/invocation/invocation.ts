import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { MAX_BODY_BYTES, type Caller, type CallerListener, type FunctionRequest } from '@windlass/function-exchange';
import type { FunctionCredentials } from '../function-credentials/index.js';
import type { Slot } from '../pool/index.js';
import { AnswerDelivery } from './answer-delivery.js';
import { appHead } from './app-head.js';
import { COLLECTED } from './choose-delivery.js';
import { Forwarding, type ForwardingEnd, type ForwardingOwner, type RequestTimes } from './forwarding.js';
import type { InvocationContext, InvocationReport } from './invoker.js';
import type { InvocationTrace } from './invocation-log.js';
import { InvocationError, judge, type FailedOutcome } from './outcome.js';
import type { OutputSettling } from './output-settling.js';

/** A request is given to this many instances at most; each but the last ended before it had it, or was killed before it said anything. */
const MAX_ATTEMPTS = 4;

/**
 * One request through this worker: definition, admission, credentials, slot, forwarding, log. A warm request passes all of it
 * within one turn of the event loop, without a promise; whatever is not at hand is waited for. Nothing thrown leaves it.
 */
export class Invocation implements CallerListener, ForwardingOwner {
  private readonly delivery: AnswerDelivery;
  private readonly receivedAt: number;
  private spec: FunctionSpec | undefined;
  private slot: Slot | undefined;
  private head = '';
  private forwarding: Forwarding | undefined;
  private trace: InvocationTrace | undefined;
  private attempts = 0;
  private queueMs = 0;
  private coldStartMs = 0;
  /** Since when the instance that has the request has it. */
  private startedAt = 0;
  private entered = false;
  private over = false;

  constructor(
    private readonly context: InvocationContext,
    private readonly settling: OutputSettling,
    private readonly request: FunctionRequest,
    private readonly caller: Caller,
    private readonly report: ((report: InvocationReport) => void) | undefined = undefined,
  ) {
    this.delivery = new AnswerDelivery(caller);
    this.receivedAt = context.clock();
  }

  begin(): void {
    try {
      const { functionId, version, revision, headers, body } = this.request;
      if (body.framing.kind === 'length' && body.framing.length > MAX_BODY_BYTES) throw new InvocationError({ kind: 'REQUEST_TOO_LARGE' });
      const found = this.context.functions.find(functionId, version, revision, headers);
      if (found instanceof Promise) found.then((spec) => this.admit(spec)).catch((error: unknown) => this.refuse(error));
      else this.admit(found);
    } catch (error) {
      this.refuse(error);
    }
  }

  // While the request waits for a slot: somebody who leaves the queue must not keep a place in it.

  onCallerGone(): void {
    if (this.spec !== undefined) this.context.pools.abandon(this.spec, this.request.requestId);
  }

  onCallerWritable(): void {
    // Nothing was given to the caller so far.
  }

  // How the forwarding ends.

  forwarded(end: ForwardingEnd): void {
    const { slot } = this;
    if (slot === undefined || this.over) return;
    if (end.resend !== undefined && this.attempts < MAX_ATTEMPTS && !this.caller.gone) this.tryAnother(slot, end, end.resend);
    else this.settle(slot, end);
  }

  mistaken(error: unknown): void {
    this.context.logger.error({ err: error, requestId: this.request.requestId }, 'invocation failed');
  }

  // Steps of serving, in order.

  /** Serves the request as one of those that its account may have in hand. */
  private admit(spec: FunctionSpec): void {
    this.spec = spec;
    if (spec.streams_response) this.delivery.limit = this.caller.collects === true ? COLLECTED : { bytes: this.context.maxStreamedBytes, holds: false, kind: 'streamed' };
    this.context.accounts.enter(spec.domain_id);
    this.entered = true;
    const issued = this.context.credentials.find(spec);
    if (issued instanceof Promise) issued.then((credentials) => this.acquireFirst(spec, credentials)).catch((error: unknown) => this.refuse(error));
    else this.acquireFirst(spec, issued);
  }

  private acquireFirst(spec: FunctionSpec, credentials: FunctionCredentials | undefined): void {
    this.head = appHead(this.request, spec, credentials);
    const acquired = this.acquire(spec);
    if (acquired instanceof Promise) acquired.then((slot) => this.forward(spec, slot)).catch((error: unknown) => this.refuse(error));
    else this.forward(spec, acquired);
  }

  private acquire(spec: FunctionSpec): Slot | Promise<Slot> {
    const { requestId, timeoutMs } = this.request;
    const acquired = this.context.pools.acquire(spec, requestId, timeoutMs > 0 ? timeoutMs : undefined);
    if (acquired instanceof Promise) this.caller.listener = this;
    return acquired;
  }

  private forward(spec: FunctionSpec, slot: Slot, resend?: ForwardingEnd['resend']): void {
    const { request, caller, context } = this;
    this.slot = slot;
    this.attempts += 1;
    this.queueMs += slot.queueMs;
    this.coldStartMs += slot.coldStartMs;
    const functionLimitMs = spec.timeout_seconds * 1_000;
    const isRouteShorter = request.timeoutMs > 0 && request.timeoutMs < functionLimitMs;
    const times: RequestTimes = { steps: context.appTimers, timeoutMs: isRouteShorter ? request.timeoutMs : functionLimitMs, setBy: isRouteShorter ? 'route' : 'function' };
    this.startedAt = context.clock();
    this.trace ??= this.traceOf(slot);
    this.trace.instanceId = slot.instance.id;
    if (resend === undefined) context.log.started(this.trace);
    this.forwarding = new Forwarding(request, this.head, slot.instance, caller, this.delivery, times, this, context.timers, context.clock, resend === 'unsent' ? undefined : resend);
    this.forwarding.begin();
  }

  /** The instance was killed: another one gets the request. Where there is none, that is no better a reason to tell. */
  private tryAnother(lost: Slot, end: ForwardingEnd, resend: ForwardingEnd['resend']): void {
    lost.release('sound');
    Promise.resolve(this.acquire(lost.instance.spec))
      .then(
        (slot) => this.forward(lost.instance.spec, slot, resend),
        () => this.settle(lost, end),
      )
      .catch((error: unknown) => this.refuse(error));
  }

  /** The answer is given, or its failure now; the request is over when all that the app wrote meanwhile was read. */
  private settle(slot: Slot, { failure, condition }: ForwardingEnd): void {
    this.over = true;
    this.caller.listener = undefined;
    const endedAt = this.context.clock();
    const status = failure === undefined ? this.delivery.status : this.answerFailure(failure);
    const sampled = slot.instance.sampleMemory(endedAt);
    const settled = (): void => this.finish(slot, failure, condition, endedAt, status);
    if (sampled !== undefined && slot.instance.memoryUsedMb === 0) void sampled.then(() => this.settling.after(settled));
    else this.settling.after(settled);
  }

  private finish(slot: Slot, failure: FailedOutcome | undefined, condition: ForwardingEnd['condition'], endedAt: number, status: number): void {
    const { context, request, receivedAt, queueMs, coldStartMs } = this;
    const { instance, coldStart, woken } = slot;
    const { spec, memoryUsedMb, memoryPeakMb } = instance;
    const runMs = endedAt - this.startedAt;
    const figures = { durationMs: runMs, memorySizeMb: spec.memory_mb, memoryUsedMb };
    try {
      context.log.finished(this.trace ?? this.traceOf(slot), { ...figures, failure: failure && firstLine(judge(failure).message) });
      const bytesIn = this.forwarding?.bytesIn ?? 0;
      const bytesOut = this.delivery.bodyBytes;
      const { requestId } = request;
      context.facts.finished({ requestId, spec, instance, receivedAt, endedAt, queueMs, coldStartMs, runMs, coldStart, woken, status, failure, memoryPeakMb, bytesIn, bytesOut });
    } finally {
      this.leave();
      slot.release(condition);
      this.report?.({ ...figures, failure, coldStart });
    }
  }

  /** The request ends before an instance had it, or by a mistake of ours. */
  private refuse(error: unknown): void {
    if (this.over) return;
    this.over = true;
    if (!(error instanceof InvocationError)) this.mistaken(error);
    const failure: FailedOutcome = error instanceof InvocationError ? error.outcome : { kind: 'WORKER_FAILED' };
    this.caller.listener = undefined;
    this.leave();
    this.slot?.release('doubtful');
    const status = this.answerFailure(failure);
    const figures = { durationMs: 0, memorySizeMb: this.spec?.memory_mb ?? 0, memoryUsedMb: 0 };
    const coldStart = failure.kind === 'START_FAILED';
    if (this.spec !== undefined) this.recordRefusal(this.spec, failure, status, coldStart);
    this.report?.({ ...figures, failure, coldStart });
  }

  private recordRefusal(spec: FunctionSpec, failure: FailedOutcome, status: number, coldStart: boolean): void {
    const { context, receivedAt } = this;
    const { requestId } = this.request;
    const trace: InvocationTrace = { spec, requestId, instanceId: '' };
    context.log.started(trace);
    context.log.finished(trace, { durationMs: 0, memorySizeMb: spec.memory_mb, memoryUsedMb: 0, failure: firstLine(judge(failure).message) });
    const endedAt = context.clock();
    const waited = coldStart ? { queueMs: 0, coldStartMs: endedAt - receivedAt } : { queueMs: endedAt - receivedAt, coldStartMs: 0 };
    context.facts.finished({
      ...{ requestId, spec, instance: undefined, receivedAt, endedAt, ...waited, runMs: 0, coldStart, woken: false },
      ...{ status, failure, memoryPeakMb: 0, bytesIn: 0, bytesOut: 0 },
    });
  }

  /** Answers the status the caller saw; 0 when it saw none. */
  private answerFailure(failure: FailedOutcome): number {
    if (this.caller.gone) return 0;
    if (this.delivery.begun) {
      // An upgraded connection is closed already.
      if (failure.kind !== 'UPGRADE_ENDED') this.caller.cut();
      return this.delivery.status;
    }
    const verdict = judge(failure);
    this.caller.fail(verdict);
    return verdict.httpStatus;
  }

  private traceOf({ instance }: Slot): InvocationTrace {
    return { spec: instance.spec, requestId: this.request.requestId, instanceId: instance.id };
  }

  private leave(): void {
    if (this.entered && this.spec !== undefined) this.context.accounts.leave(this.spec.domain_id);
    this.entered = false;
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
