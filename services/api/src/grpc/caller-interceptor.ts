import { Metadata, ResponderBuilder, ServerInterceptingCall, ServerListenerBuilder, type ServerInterceptor } from '@grpc/grpc-js';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { toServiceError } from '@windlass/grpc';
import type { Authenticator } from '../caller/index.js';
import { publicError, unauthenticated } from '../error/index.js';

/** Finds out who calls before the message is received, so that strangers cannot make the edge hold large ones. */
export class CallerInterceptor {
  private readonly callers = new WeakMap<Metadata, Principal>();

  /** `anonymous` holds the paths of the rpcs that need no credential. */
  constructor(
    private readonly authenticator: Authenticator,
    private readonly anonymous: ReadonlySet<string>,
  ) {}

  readonly intercept: ServerInterceptor = (method, call) => {
    const listener = new ServerListenerBuilder().withOnReceiveMetadata((metadata, proceed) => {
      this.identify(method.path, metadata).then(
        (principal) => {
          this.callers.set(metadata, principal);
          proceed(metadata);
        },
        (failure: unknown) => call.sendStatus(toServiceError(publicError(failure))),
      );
    });
    return new ServerInterceptingCall(call, new ResponderBuilder().withStart((start) => start(listener.build())).build());
  };

  /** The caller of a call that came through, by its metadata. */
  callerOf(metadata: Metadata): Principal {
    const principal = this.callers.get(metadata);
    if (principal === undefined) throw unauthenticated('the call was not authenticated');
    return principal;
  }

  private async identify(path: string, metadata: Metadata): Promise<Principal> {
    if (this.anonymous.has(path)) return Principal.fromPartial({});
    const token = metadata.get('x-auth-token')[0];
    if (typeof token === 'string' && token !== '') return this.authenticator.byToken(token);
    if (metadata.get('authorization').length > 0) throw unauthenticated('gRPC calls cannot be signed here; send a token as metadata x-auth-token');
    throw unauthenticated('the call carries no token (metadata x-auth-token)');
  }
}
