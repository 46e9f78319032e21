import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { OutputLine } from '../instance/index.js';
import type { InvocationFigures, InvocationLog, InvocationTrace } from '../invocation/invocation-log.js';
import type { InstanceObserver, PooledInstance } from '../pool/index.js';
import { attributeLine } from './attribute-line.js';
import type { LogShipper } from './log-shipper.js';
import { finishLine, startLine, untoldLine } from './platform-lines.js';
import { RequestAllowance } from './request-allowance.js';
import { RequestTail } from './request-tail.js';

type Source = OutputLine['source'];

const REPORT_DELAY_MS = 1_000;

/** What one revision of a function may have told of its requests. */
interface Allowances {
  readonly served: RequestAllowance;
  readonly failed: RequestAllowance;
  report: NodeJS.Timeout | undefined;
}

/**
 * Turns what instances write and what happens to requests into labelled lines of the function's log stream. Where nobody reads, nothing
 * is written; of a function with more requests than a log can take, some are told of and the rest are counted.
 */
export class FunctionLog implements InstanceObserver, InvocationLog {
  private readonly tails = new Map<string, RequestTail>();
  private readonly allowances = new WeakMap<FunctionSpec, Allowances>();

  constructor(
    private readonly shipper: LogShipper,
    /** Requests of a function that are told of in each second, and as many that failed. */
    private readonly requestsPerSecond: number,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  output(instance: PooledInstance, line: OutputLine): void {
    const requestId = attributeLine(line.text, instance.running);
    this.write(instance.spec, instance.id, requestId, line.source, line.text, line.timestampNs);
  }

  started(trace: InvocationTrace): void {
    trace.isTold = this.tails.has(trace.requestId) || this.mayTell(trace.spec, 'served');
    if (trace.isTold) this.platform(trace, startLine(trace.requestId, trace.spec.version));
  }

  finished(trace: InvocationTrace, figures: InvocationFigures): void {
    const { failure } = figures;
    if (!trace.isTold && (failure === undefined || !this.mayTell(trace.spec, 'failed'))) return;
    if (failure !== undefined) this.platform(trace, failure);
    this.platform(trace, finishLine(trace.requestId, figures));
  }

  keepTail(requestId: string): void {
    this.tails.set(requestId, new RequestTail());
  }

  takeTail(requestId: string): string {
    const tail = this.tails.get(requestId)?.text ?? '';
    this.tails.delete(requestId);
    return tail;
  }

  private mayTell(spec: FunctionSpec, kind: 'served' | 'failed'): boolean {
    if (spec.log_stream_id === '') return false;
    let allowances = this.allowances.get(spec);
    if (allowances === undefined) {
      const allowance = (): RequestAllowance => new RequestAllowance(this.requestsPerSecond);
      this.allowances.set(spec, (allowances = { served: allowance(), failed: allowance(), report: undefined }));
    }
    if (allowances[kind].take(this.clock())) return true;
    allowances.report ??= setTimeout(() => this.reportUntold(spec, allowances), REPORT_DELAY_MS).unref();
    return false;
  }

  private reportUntold(spec: FunctionSpec, allowances: Allowances): void {
    allowances.report = undefined;
    // One that failed was not told of as served before.
    const untold = allowances.served.takeUntold();
    allowances.failed.takeUntold();
    this.write(spec, '', '', 'platform', untoldLine(untold), nowNs());
  }

  private platform({ spec, instanceId, requestId }: InvocationTrace, text: string): void {
    this.write(spec, instanceId, requestId, 'platform', text, nowNs());
  }

  private write(spec: FunctionSpec, instanceId: string, requestId: string, source: Source, content: string, timeNs: bigint): void {
    if (requestId !== '') this.tails.get(requestId)?.add(content);
    if (spec.log_stream_id === '') return;
    const destination = {
      domainId: spec.domain_id,
      projectId: spec.project_id,
      groupId: spec.log_group_id,
      streamId: spec.log_stream_id,
    };
    const labels = {
      ...spec.log_tags,
      function: spec.func_name,
      version: spec.version,
      request_id: requestId,
      instance: instanceId,
      stream: source,
    };
    this.shipper.add(destination, { time_unix_nano: String(timeNs), content, labels });
  }
}

function nowNs(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1_000)) * 1_000n;
}
