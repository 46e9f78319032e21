import type { Socket } from 'node:net';
import { endToEndFields, HeaderList, serializeRequestHead, type BodyFraming, type HeaderField } from '@windlass/http1';
import type { HttpResponse, InvokeRequest } from '@windlass/contracts/worker/v1/worker_service';
import { WindlassError } from '@windlass/errors';
import type { AnswerHead, BodyReceiver, Caller, InvocationRequest, RequestBody } from '../invocation/index.js';

/** A call of the control plane: its body is here, and its answer is collected. */
export class BufferedCall implements RequestBody, Caller {
  readonly framing: BodyFraming;
  readonly gone = false;
  onGone: (() => void) | undefined;
  private answer: AnswerHead | undefined;
  private readonly slices: Buffer[] = [];

  constructor(private readonly body: Buffer) {
    this.framing = body.length === 0 ? { kind: 'none' } : { kind: 'length', length: body.length };
  }

  /** The whole answer; undefined when there was none. */
  get response(): HttpResponse | undefined {
    if (this.answer === undefined) return undefined;
    const headers = this.answer.fields.map(([name, value]) => ({ name, value }));
    return { status_code: this.answer.status, headers, body: Buffer.concat(this.slices) };
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

  head(head: AnswerHead): void {
    this.answer = head;
  }

  data(slice: Buffer): void {
    this.slices.push(slice);
  }

  end(): void {}

  cut(): void {
    this.answer = undefined;
  }

  // The report of the invocation says why.
  fail(): void {}

  async upgrade(_head: AnswerHead, app: Socket): Promise<void> {
    app.destroy();
  }
}

/** The request of a control call. Throws a WindlassError for one that could not be written as HTTP. */
export function requestOf(call: InvokeRequest, body: RequestBody): InvocationRequest {
  const sent = new HeaderList(call.headers.map(({ name, value }) => [name, value] as const));
  const fields: HeaderField[] = endToEndFields(sent).filter(([name]) => name.toLowerCase() !== 'content-length');
  if (!sent.has('host')) fields.unshift(['Host', '127.0.0.1:8000']);
  if (body.framing.kind === 'length') fields.push(['Content-Length', String(body.framing.length)]);
  try {
    serializeRequestHead(call.method, call.target, fields);
  } catch (error) {
    throw new WindlassError({
      kind: 'invalid',
      reason: 'REQUEST_MALFORMED',
      code: 'FSS.0400',
      message: `The request cannot be sent as HTTP/1.1: ${error instanceof Error ? error.message : 'malformed'}`,
      cause: error,
    });
  }
  return {
    requestId: call.request_id,
    functionId: call.func_id,
    version: call.version,
    revision: call.revision,
    timeoutMs: 0,
    method: call.method,
    target: call.target,
    fields,
    upgrade: undefined,
    ingress: { apiId: sent.get('x-apig-api-id'), sourceIp: sent.get('x-apig-source-ip'), stage: sent.get('x-apig-source-stage') },
    body,
  };
}
