import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { OutputLine } from '../instance/index.js';
import type { InvocationLog, InvocationTrace } from '../invocation/invocation-log.js';
import type { InstanceObserver, PooledInstance } from '../pool/index.js';
import { attributeLine } from './attribute-line.js';
import type { LogShipper } from './log-shipper.js';
import { finishLine, startLine, type InvocationFigures } from './platform-lines.js';
import { RequestTail } from './request-tail.js';

type Source = OutputLine['source'];

/** Turns what instances write and what happens to requests into labelled lines of the function's log stream. */
export class FunctionLog implements InstanceObserver, InvocationLog {
  private readonly tails = new Map<string, RequestTail>();

  constructor(private readonly shipper: LogShipper) {}

  output(instance: PooledInstance, line: OutputLine): void {
    const requestId = attributeLine(line.text, instance.running);
    this.write(instance.spec, instance.id, requestId, line.source, line.text, line.timestampNs);
  }

  started(trace: InvocationTrace): void {
    this.platform(trace, startLine(trace.requestId, trace.spec.version));
  }

  note(trace: InvocationTrace, text: string): void {
    this.platform(trace, text);
  }

  finished(trace: InvocationTrace, figures: InvocationFigures): void {
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
