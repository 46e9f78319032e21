import type { Socket } from 'node:net';
import { CLOSED, FunctionFields, type BodyReceiver, type Caller, type CallerListener, type FunctionRequest, type RequestBody, type UpgradeEnd } from '@windlass/function-exchange';
import { endToEndFields, fieldLine, HeaderList, requestLine, serializeFields, type BodyFraming, type ResponseHead } from '@windlass/http1';
import type { HttpResponse, InvokeRequest } from '@windlass/contracts/worker/v1/worker_service';
import { WindlassError } from '@windlass/errors';

/** The length is said by the body that is there. */
const FIELDS = new FunctionFields((name) => name !== 'content-length');

/** A call of the control plane: its body is here, and its answer is collected. */
export class BufferedCall implements RequestBody, Caller {
  readonly framing: BodyFraming;
  readonly gone = false;
  readonly collects = true;
  listener: CallerListener | undefined;
  private answer: { readonly head: ResponseHead; readonly body: BodyFraming } | undefined;
  private readonly slices: Buffer[] = [];

  constructor(private readonly body: Buffer) {
    this.framing = body.length === 0 ? { kind: 'none' } : { kind: 'length', length: body.length };
  }

  /** The whole answer; undefined when there was none. */
  get response(): HttpResponse | undefined {
    if (this.answer === undefined) return undefined;
    const { head, body } = this.answer;
    const headers = endToEndFields(head.headers).map(([name, value]) => ({ name, value }));
    if (body.kind === 'length' && !head.headers.has('content-length')) headers.push({ name: 'Content-Length', value: String(body.length) });
    return { status_code: head.status, headers, body: Buffer.concat(this.slices) };
  }

  start(receiver: BodyReceiver): void {
    if (this.body.length > 0) receiver.slice(this.body);
    receiver.end([]);
  }

  // Nothing to pause: the socket buffers one body of bounded size.
  pause(): void {}
  resume(): void {}
  // Interim answers have no place in a single response.
  interim(): void {}

  head(head: ResponseHead, body: BodyFraming): void {
    this.answer = { head, body };
  }

  data(slice: Buffer): boolean {
    this.slices.push(Buffer.from(slice));
    return true;
  }

  flush(): void {}
  end(): void {}

  cut(): void {
    this.answer = undefined;
  }

  // The report of the invocation says why.
  fail(): void {}

  async upgrade(_head: ResponseHead, app: Socket): Promise<UpgradeEnd> {
    app.destroy();
    return CLOSED;
  }
}

/** The request of a control call. Throws a WindlassError for one that could not be written as HTTP. */
export function requestOf(call: InvokeRequest, body: RequestBody): FunctionRequest {
  const sent = new HeaderList(call.headers.map(({ name, value }) => [name, value] as const));
  let fieldLines: string;
  try {
    requestLine(call.method, call.target);
    // Some of them are not sent on as they came, but in fields of ours.
    serializeFields([...sent, ['X-CFF-Request-Id', call.request_id], ['X-CFF-Func-Version', call.version]]);
    fieldLines = FIELDS.lines(sent);
  } catch (error) {
    throw new WindlassError({
      kind: 'invalid',
      reason: 'REQUEST_MALFORMED',
      code: 'FSS.0400',
      message: `The request cannot be sent as HTTP/1.1: ${error instanceof Error ? error.message : 'malformed'}`,
      cause: error,
    });
  }
  if (!sent.has('host')) fieldLines = fieldLine('Host', '127.0.0.1:8000') + fieldLines;
  if (body.framing.kind === 'length') fieldLines += fieldLine('Content-Length', String(body.framing.length));
  return {
    requestId: call.request_id,
    functionId: call.func_id,
    version: call.version,
    revision: call.revision,
    timeoutMs: 0,
    method: call.method,
    target: call.target,
    headers: sent,
    fieldLines,
    upgrade: undefined,
    apiId: sent.get('x-apig-api-id'),
    sourceIp: sent.get('x-apig-source-ip'),
    stage: sent.get('x-apig-source-stage'),
    body,
  };
}
