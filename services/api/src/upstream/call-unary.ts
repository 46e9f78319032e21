import { Metadata, type Client, type ServiceError } from '@grpc/grpc-js';
import { fromServiceError } from '@windlass/grpc';

/** How a method is called on the wire; a generated method definition is one. */
export interface UnaryMethod<Q, R> {
  readonly path: string;
  readonly requestSerialize: (request: Q) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => R;
}

export interface UnaryCallSettings {
  readonly metadata?: Metadata;
  readonly deadlineMs: number;
  /** Cancels the call, so that nothing works on for a caller who is gone. */
  readonly signal?: AbortSignal;
}

/** One unary call by path, which needs no generated client. Rejects with a `WindlassError`. */
export function callUnary<Q, R>(client: Client, method: UnaryMethod<Q, R>, request: Q, settings: UnaryCallSettings): Promise<R> {
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null, response?: R) => {
      settings.signal?.removeEventListener('abort', cancel);
      if (error !== null) reject(fromServiceError(error));
      else resolve(response as R);
    };
    const options = { deadline: Date.now() + settings.deadlineMs };
    const metadata = settings.metadata ?? new Metadata();
    const call = client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, request, metadata, options, done);
    const cancel = () => call.cancel();
    settings.signal?.addEventListener('abort', cancel, { once: true });
    if (settings.signal?.aborted === true) cancel();
  });
}
