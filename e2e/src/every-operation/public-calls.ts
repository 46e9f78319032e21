import { createHash } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { fromJson, toBinary, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import { Client, credentials as channelCredentials, Metadata, status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { ErrorInfo } from '@windlass/contracts/google/rpc/error_details';
import { Status } from '@windlass/contracts/google/rpc/status';
import { sign } from '@windlass/request-signing';
import { credentials } from '../harness/tenant.js';
import type { PublicOperation } from './public-operations.js';

export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'signature'; readonly accessKey: string; readonly secretKey: string; readonly projectId: string; readonly minutesOld?: number };

/** What came back, told alike for both transports. */
export interface Answer {
  /** "ok", or what kind of failure the status says. */
  readonly outcome: Outcome;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Everything that was said, for what must not be in it. */
  readonly text: string;
  /** The body over REST; nothing over gRPC. */
  readonly body: JsonValue | undefined;
}

export type Outcome = 'ok' | 'invalid' | 'unauthenticated' | 'forbidden' | 'not_found' | 'other_refusal' | 'failed';

export type Transport = 'REST' | 'gRPC';

/** Calls an operation with the fields of its request message, by their names in the contract. */
export function call(transport: Transport, operation: PublicOperation, fields: JsonObject, credential: Credential): Promise<Answer> {
  return transport === 'REST' ? callRest(operation, fields, credential) : callGrpc(operation, fields, credential);
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
let channel: Client | undefined;

/** Lets go of the connections that the calls shared. */
export function hangUp(): void {
  agent.destroy();
  channel?.close();
  channel = undefined;
}

function callRest(operation: PublicOperation, fields: JsonObject, credential: Credential): Promise<Answer> {
  const { subject_token: subject, ...rest } = fields;
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(rest[name])));
  const others = Object.fromEntries(Object.entries(rest).filter(([name]) => !operation.pathFields.includes(name)));
  const headers: Record<string, string> = subject === undefined ? {} : { 'x-subject-token': textOf(subject) };
  if (operation.body === '*') return sendRest(operation.method, path, credential, { body: JSON.stringify(others), headers });
  const { [operation.body]: body, ...query } = others;
  return sendRest(operation.method, `${path}${queryText(query)}`, credential, { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

/** Sends a request as it is said, with a credential for exactly that request. */
export function sendRest(
  method: string,
  target: string,
  credential: Credential,
  content: { readonly body?: string | Buffer; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  const { host, hostname, port } = new URL(credentials().api);
  const body = content.body === undefined ? undefined : Buffer.from(content.body as string);
  const headers = { 'content-type': 'application/json', ...content.headers, ...restCredential(method, target, host, body ?? Buffer.alloc(0), credential) };
  return new Promise((resolve, reject) => {
    let answered: number | undefined;
    const outgoing = httpRequest({ agent, hostname, port, method, path: target, headers: body === undefined ? headers : { ...headers, 'content-length': body.length } }, (incoming) => {
      answered = incoming.statusCode;
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (incoming.headers['content-type'] !== 'text/event-stream') return;
        // Such an answer goes on for as long as it is listened to, and has begun.
        incoming.removeAllListeners('error').once('error', () => undefined);
        outgoing.destroy();
        resolve(restAnswer(incoming.statusCode ?? 0, chunk.toString()));
      });
      incoming.once('error', reject);
      incoming.once('end', () => resolve(restAnswer(incoming.statusCode ?? 0, Buffer.concat(chunks).toString())));
    });
    outgoing.once('error', (error) => {
      // Who refuses a head before its end may no longer know that it was one of HEAD, and answers with a body.
      if (method === 'HEAD' && answered === 431) resolve(restAnswer(answered, ''));
      else reject(error);
    });
    outgoing.end(body);
  });
}

function restCredential(method: string, requestTarget: string, host: string, body: Buffer, credential: Credential): Record<string, string> {
  switch (credential.kind) {
    case 'none':
      return {};
    case 'token':
      return { 'x-auth-token': credential.token };
    case 'signature': {
      const headers = [{ name: 'host', value: host }, { name: 'x-project-id', value: credential.projectId }];
      return Object.fromEntries(sign({ method, requestTarget, headers, body }, signingKey(credential)).map(({ name, value }) => [name, value]));
    }
  }
}

function restAnswer(status: number, text: string): Answer {
  const body = text === '' ? undefined : parsed(text);
  const error = restError(body);
  return { outcome: restOutcome(status), status, code: error.code, message: error.message, text, body };
}

/** Of any of the three shapes. */
function restError(body: JsonValue | undefined): { code: string; message: string } {
  const shown = isObject(body) && isObject(body['error']) ? body['error'] : body;
  if (!isObject(shown)) return { code: '', message: '' };
  return { code: textOf(shown['error_code'] ?? shown['code']), message: textOf(shown['error_msg'] ?? shown['message']) };
}

function restOutcome(status: number): Outcome {
  if (status >= 200 && status < 300) return 'ok';
  if (status >= 500) return 'failed';
  return ({ 400: 'invalid', 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found' } as const)[status] ?? 'other_refusal';
}

function callGrpc(operation: PublicOperation, fields: JsonObject, credential: Credential): Promise<Answer> {
  return callGrpcBytes(operation, toBinary(operation.input, fromJson(operation.input, fields)), credential);
}

/** Calls an rpc with any bytes for its message. Of a stream the first message is the answer. */
export function callGrpcBytes({ rpcPath, streaming }: Pick<PublicOperation, 'rpcPath' | 'streaming'>, message: Uint8Array, credential: Credential): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const metadata = grpcCredential(rpcPath, message, credential);
  const bytes = Buffer.from(message);
  if (!streaming) {
    shared().makeUnaryRequest(rpcPath, same, same, bytes, metadata, (error, response) => resolve(error === null ? grpcSuccess(response) : grpcFailure(error)));
    return promise;
  }
  const call = shared().makeServerStreamRequest(rpcPath, same, same, bytes, metadata);
  call.once('data', (first: Buffer) => {
    resolve(grpcSuccess(first));
    call.cancel();
  });
  call.on('error', (error: ServiceError) => resolve(grpcFailure(error)));
  return promise;
}

function shared(): Client {
  channel ??= new Client(credentials().grpc, channelCredentials.createInsecure());
  return channel;
}

function same(bytes: Buffer): Buffer {
  return bytes;
}

function grpcSuccess(response: Buffer | undefined): Answer {
  return { outcome: 'ok', status: grpcStatus.OK, code: '', message: '', text: response?.toString('latin1') ?? '', body: undefined };
}

function grpcCredential(path: string, message: Uint8Array, credential: Credential): Metadata {
  const metadata = new Metadata();
  if (credential.kind === 'token') metadata.set('x-auth-token', credential.token);
  if (credential.kind === 'signature') {
    const headers = [
      { name: 'x-project-id', value: credential.projectId },
      { name: 'x-sdk-content-sha256', value: createHash('sha256').update(message).digest('hex') },
    ];
    for (const { name, value } of sign({ method: 'POST', requestTarget: path, headers, body: message }, signingKey(credential))) metadata.set(name, value);
  }
  return metadata;
}

/** A failure by its standard detail, which every failed call must carry. */
function grpcFailure(error: ServiceError): Answer {
  const encoded = error.metadata.get('grpc-status-details-bin')[0];
  const detail = Buffer.isBuffer(encoded) ? Status.decode(encoded) : undefined;
  const info = detail?.details[0] === undefined ? undefined : ErrorInfo.decode(detail.details[0].value);
  const text = `${error.details} ${JSON.stringify(info)}`;
  return { outcome: info === undefined ? 'failed' : grpcOutcome(error.code), status: error.code, code: info?.metadata['code'] ?? '', message: error.details, text, body: undefined };
}

function grpcOutcome(code: grpcStatus): Outcome {
  switch (code) {
    case grpcStatus.UNAUTHENTICATED:
      return 'unauthenticated';
    case grpcStatus.PERMISSION_DENIED:
      return 'forbidden';
    case grpcStatus.NOT_FOUND:
      return 'not_found';
    case grpcStatus.INVALID_ARGUMENT:
      return 'invalid';
    case grpcStatus.UNKNOWN:
    case grpcStatus.INTERNAL:
    case grpcStatus.UNIMPLEMENTED:
    case grpcStatus.UNAVAILABLE:
    case grpcStatus.DATA_LOSS:
      return 'failed';
    default:
      return 'other_refusal';
  }
}

function signingKey({ accessKey, secretKey, minutesOld = 0 }: Credential & { kind: 'signature' }) {
  return { accessKey, secretKey, now: new Date(Date.now() - minutesOld * 60_000) };
}

function queryText(fields: JsonObject): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'object') query.append(name, String(value));
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: JsonValue | undefined): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}
