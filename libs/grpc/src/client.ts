import { credentials, Metadata, type CallOptions, type Client, type ClientOptions, type ClientUnaryCall, type ServiceError } from '@grpc/grpc-js';
import { fromServiceError } from './error-detail.js';
import { MAX_MESSAGE_BYTES } from './server-options.js';

export interface CallSettings {
  readonly metadata?: Metadata;
  /** Milliseconds this call may take; ten seconds unless said. */
  readonly deadlineMs?: number;
}

type Callback<R> = (error: ServiceError | null, response: R) => void;

/** A generated unary method, in the last and longest of its overloads. */
type Unary<Q, R> = (request: Q, metadata: Metadata, options: Partial<CallOptions>, callback: Callback<R>) => ClientUnaryCall;

/** The unary methods of a generated client, as promises. Rejects with a `WindlassError`. */
export type Remote<C> = {
  [M in keyof C as C[M] extends Unary<infer _Q, infer _R> ? M : never]: C[M] extends Unary<infer Q, infer R>
    ? (request: Q, settings?: CallSettings) => Promise<R>
    : never;
} & {
  /** The generated client itself, for streams. */
  readonly client: C;
  close(): void;
};

const DEFAULT_DEADLINE_MS = 10_000;

type UnaryMethod = (request: unknown, metadata: Metadata, options: Partial<CallOptions>, callback: Callback<unknown>) => unknown;

/** Opens a client to `address` ("unix:/path" or "host:port"). Connects when first used and reconnects by itself. */
export function connect<C extends Client>(
  constructor: new (address: string, channelCredentials: ReturnType<typeof credentials.createInsecure>, options?: Partial<ClientOptions>) => C,
  address: string,
): Remote<C> {
  const client = new constructor(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    // A socket path is no host name; without this some servers refuse the authority.
    'grpc.default_authority': 'localhost',
  });
  const methods = Object.keys((constructor as unknown as { service: Record<string, unknown> }).service);
  const remote: Record<string, unknown> = { client, close: () => client.close() };
  for (const method of methods) {
    remote[method] = (request: unknown, settings: CallSettings = {}) =>
      new Promise((resolve, reject) => {
        const call = (client as unknown as Record<string, UnaryMethod>)[method];
        const options = { deadline: Date.now() + (settings.deadlineMs ?? DEFAULT_DEADLINE_MS) };
        call?.call(client, request, settings.metadata ?? new Metadata(), options, (error, response) =>
          error === null ? resolve(response) : reject(fromServiceError(error)),
        );
      });
  }
  return remote as Remote<C>;
}
