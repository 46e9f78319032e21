import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileRegistry, fromBinary, fromJson, toBinary, toJson, type DescMessage, type JsonObject } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import { readDescriptors } from '@windlass/contracts';
import { AuthenticationServiceService, type AuthenticateResponse, type AuthenticateSignatureRequest } from '@windlass/contracts/iam/v1/authentication_service';
import { AuthorizationServiceService, ShowEffectivePolicyResponse, type ShowEffectivePolicyRequest } from '@windlass/contracts/iam/v1/authorization_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { CatalogServiceService, type DownloadPackageRequest, type PackageChunk } from '@windlass/contracts/registry/v1/catalog_service';
import { InvokeResponse, WorkerServiceService, type InvokeRequest } from '@windlass/contracts/worker/v1/worker_service';
import { isWindlassError, WindlassError } from '@windlass/errors';
import { MAX_MESSAGE_BYTES, toServiceError } from '@windlass/grpc';
import { PrincipalVerifier, type CallContext } from '@windlass/principal';
import { verify } from '@windlass/request-signing';
import { readOperations, type Operation } from '../operation/index.js';

export const PRINCIPAL_KEY = Buffer.alloc(32, 7);
export const ADMIN_TOKEN = 'token-of-the-administrator';
export const OPERATOR_TOKEN = 'token-of-an-operator-of-the-platform';
export const READER_TOKEN = 'token-of-a-user-without-roles';
export const UNSCOPED_TOKEN = 'token-of-the-account-only';
export const ACCESS_KEY = 'ACCESSKEY';
export const SECRET_KEY = 'a-secret-key';
export const PROJECT = 'a'.repeat(32);
export const DOMAIN = 'd1';

const admin = Principal.fromPartial({ domain_id: DOMAIN, user_id: 'u1', user_name: 'admin', project_id: PROJECT, project_name: 'local-1', roles: ['te_admin'] });
const PRINCIPALS: Readonly<Record<string, Principal>> = {
  [ADMIN_TOKEN]: admin,
  [OPERATOR_TOKEN]: { ...admin, roles: ['te_admin', 'op_admin'] },
  [READER_TOKEN]: { ...admin, user_id: 'u2', user_name: 'reader', roles: [] },
  [UNSCOPED_TOKEN]: { ...admin, project_id: '', project_name: '' },
};

export const operations = readOperations(readDescriptors());

/** An rpc, public or not, with what it takes to answer any bytes. */
type Rpc = Readonly<{ name: string; rpcPath: string; input: DescMessage; output: DescMessage }>;

/** What the edge asks services for operations of its own: the registry before it has a worker run a function, the log service for the next lines. */
const internalRpcs = [internalRpc('windlass.registry.v1.InvocationService', 'resolveInvocation'), internalRpc('windlass.logs.v1.LogTailService', 'awaitLogs')];

/** What services receive when an operation is performed, in order: most adapters ask one of them, once. */
export function callsOf(operation: string): readonly string[] {
  return operation === 'ScheduleKeyDeletion' ? [operation, 'ListKeyFunctions'] : [operation];
}

function internalRpc(serviceName: string, name: string): Rpc {
  const method = createFileRegistry(fromBinary(FileDescriptorSetSchema, readDescriptors())).getService(serviceName)?.method[name];
  if (method === undefined) throw new Error(`the contracts have no ${name}`);
  return { name: method.name, rpcPath: `/${serviceName}/${method.name}`, input: method.input, output: method.output };
}

export function operationNamed(name: string): Operation {
  const operation = operations.find((candidate) => candidate.name === name);
  if (operation === undefined) throw new Error(`no operation ${name}`);
  return operation;
}

export interface ReceivedCall {
  readonly operation: string;
  readonly request: JsonObject;
  readonly context: CallContext;
}

type Behaviour = (request: JsonObject) => JsonObject;

/**
 * Everything behind the edge, as real gRPC servers of the contracts: an iam that knows three tokens and one access key,
 * services that answer every operation with an empty message unless told otherwise, and a worker.
 */
export class Peers {
  /** Tenant calls in the order they arrived. */
  readonly calls: ReceivedCall[] = [];
  readonly signatures: AuthenticateSignatureRequest[] = [];
  readonly invocations: InvokeRequest[] = [];
  /** What the worker does; `cancelled` fires when the edge gives the call up. */
  invoke: (request: InvokeRequest, cancelled: AbortSignal) => InvokeResponse | Promise<InvokeResponse> = () => InvokeResponse.fromPartial({ result: { $case: 'response', value: { status_code: 200 } } });
  /** What is granted to a user, by user id, or how telling it fails; nothing unless it is here. */
  readonly granted = new Map<string, ShowEffectivePolicyResponse | WindlassError>();
  readonly policyQuestions: ShowEffectivePolicyRequest[] = [];
  readonly packages = new Map<string, Buffer>();
  private readonly behaviours = new Map<string, Behaviour>();
  private readonly directory = mkdtempSync(join(tmpdir(), 'windlass-api-'));
  private server = newServer();
  private readonly verifier = new PrincipalVerifier(PRINCIPAL_KEY);

  get address(): string {
    return `unix:${join(this.directory, 'peers.sock')}`;
  }

  get serviceAddresses(): Record<string, string> {
    return Object.fromEntries(operations.map((operation) => [operation.owner, this.address]));
  }

  /** Listens; after `halt`, again at the same address. */
  async start(): Promise<void> {
    this.server = newServer();
    const answered = operations.filter((operation) => !operation.streaming);
    for (const service of new Set(answered.map((operation) => operation.service))) this.addRpcs(answered.filter((operation) => operation.service === service));
    this.addRpcs(internalRpcs);
    this.server.addService(AuthenticationServiceService, {
      authenticateToken: answering(({ token }: { token: string }) => ({ principal: principalOf(token, 'the token is unknown'), cacheable_until: 0 })),
      authenticateSignature: answering((request: AuthenticateSignatureRequest) => this.authenticateSignature(request)),
    });
    const { showEffectivePolicy } = AuthorizationServiceService;
    this.server.addService({ showEffectivePolicy }, {
      showEffectivePolicy: answering((request: ShowEffectivePolicyRequest) => {
        this.policyQuestions.push(request);
        const answer = this.granted.get(request.user_id) ?? ShowEffectivePolicyResponse.fromPartial({ version: 'nothing' });
        if (isWindlassError(answer)) throw answer;
        return answer;
      }),
    });
    this.server.addService(WorkerServiceService, {
      invoke: answering((request: InvokeRequest, cancelled) => {
        this.invocations.push(request);
        return this.invoke(request, cancelled);
      }),
      listInstances: answering(() => ({ instances: [], versions: [] })),
    });
    this.server.addService(CatalogServiceService, {
      showFunctionSpec: answering(() => {
        throw notFound();
      }),
      listGroupRoutes: answering(() => ({ routes: [] })),
      downloadPackage: (call: ServerWritableStream<DownloadPackageRequest, PackageChunk>) => this.download(call),
    });
    await new Promise<void>((resolve, reject) => {
      this.server.bindAsync(this.address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
    });
  }

  halt(): void {
    this.server.forceShutdown();
  }

  stop(): void {
    this.halt();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** What an operation answers from now on, as JSON of its response message; throw a `WindlassError` to fail. */
  on(operation: string, behaviour: Behaviour): void {
    this.behaviours.set(operation, behaviour);
  }

  /** Back to empty answers, with nothing remembered. */
  reset(): void {
    this.behaviours.clear();
    this.calls.length = 0;
    this.signatures.length = 0;
    this.invocations.length = 0;
    this.granted.clear();
    this.policyQuestions.length = 0;
  }

  private addRpcs(rpcs: readonly Rpc[]): void {
    const same = (bytes: Buffer) => bytes;
    const codecs = { requestStream: false, responseStream: false, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
    this.server.addService(
      Object.fromEntries(rpcs.map((rpc) => [rpc.name, { path: rpc.rpcPath, ...codecs }])),
      Object.fromEntries(rpcs.map((rpc) => [rpc.name, this.handler(rpc)])),
    );
  }

  private handler(rpc: Rpc) {
    return (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
      try {
        const request = toJson(rpc.input, fromBinary(rpc.input, call.request), { useProtoFieldName: true }) as JsonObject;
        this.calls.push({ operation: rpc.name, request, context: this.verifier.read(call.metadata) });
        const answer = this.behaviours.get(rpc.name)?.(request) ?? {};
        done(null, Buffer.from(toBinary(rpc.output, fromJson(rpc.output, answer))));
      } catch (error) {
        done(isWindlassError(error) ? toServiceError(error) : (error as Error));
      }
    };
  }

  private authenticateSignature(request: AuthenticateSignatureRequest): AuthenticateResponse {
    this.signatures.push(request);
    const received = { method: request.method, requestTarget: request.request_target, headers: request.headers, bodySha256: request.body_sha256 };
    const verification = verify(received, { secretKey: SECRET_KEY, now: new Date() });
    const token = verification.ok ? ADMIN_TOKEN : '';
    return { principal: { ...principalOf(token, 'the signature is wrong'), project_id: request.project_id }, cacheable_until: 0 };
  }

  private download(call: ServerWritableStream<DownloadPackageRequest, PackageChunk>): void {
    const bytes = this.packages.get(call.request.code_digest);
    if (bytes === undefined) return void call.emit('error', toServiceError(notFound()));
    for (let at = 0; at < bytes.length; at += 256 * 1024) call.write({ data: bytes.subarray(at, at + 256 * 1024) });
    call.end();
  }
}

function newServer(): Server {
  return new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES, 'grpc.max_send_message_length': MAX_MESSAGE_BYTES });
}

function principalOf(token: string, problem: string): Principal {
  const principal = PRINCIPALS[token];
  if (principal === undefined) throw new WindlassError({ kind: 'unauthenticated', reason: 'CREDENTIAL_UNKNOWN', code: 'APIGW.0301', message: `Incorrect IAM authentication information: ${problem}` });
  return principal;
}

function notFound(): WindlassError {
  return new WindlassError({ kind: 'not_found', reason: 'PACKAGE_NOT_FOUND', code: 'FSS.1054', message: 'The package does not exist.' });
}

function answering<Q, R>(answer: (request: Q, cancelled: AbortSignal) => R | Promise<R>) {
  return async (call: ServerUnaryCall<Q, R>, done: sendUnaryData<R>) => {
    const cancelled = new AbortController();
    call.once('cancelled', () => cancelled.abort());
    try {
      done(null, await answer(call.request, cancelled.signal));
    } catch (error) {
      done(isWindlassError(error) ? toServiceError(error) : (error as Error));
    }
  };
}
