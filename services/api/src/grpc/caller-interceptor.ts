import { Metadata, ResponderBuilder, ServerInterceptingCall, ServerListenerBuilder, type ServerInterceptor } from '@grpc/grpc-js';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { readCredential, type Authenticator } from '../caller/index.js';
import { unauthenticated } from '../error/index.js';
import { errorStatus } from './error-status.js';
import { requireSignedMessage, signedRequest } from './signed-call.js';

/** Who makes a call, by what its metadata says. */
export interface IdentifiedCall {
  readonly principal: Principal;
  /** Refuses a message other than the one that was signed. */
  accept(message: Uint8Array): void;
  /** Who the credential names, also where none was asked for. */
  identify(): Promise<Principal>;
}

const nobody = Principal.fromPartial({});

/** Finds out who calls before the message is received, so that strangers cannot make the edge hold large ones. */
export class CallerInterceptor {
  private readonly calls = new WeakMap<Metadata, IdentifiedCall>();

  /** `anonymous` holds the paths of the rpcs that need no credential. */
  constructor(
    private readonly authenticator: Authenticator,
    private readonly anonymous: ReadonlySet<string>,
  ) {}

  readonly intercept: ServerInterceptor = (method, call) => {
    const listener = new ServerListenerBuilder().withOnReceiveMetadata((metadata, proceed) => {
      this.identify(method.path, call.getHost(), metadata).then(
        (identified) => {
          this.calls.set(metadata, identified);
          proceed(metadata);
        },
        (failure: unknown) => call.sendStatus(errorStatus(failure, '')),
      );
    });
    return new ServerInterceptingCall(call, new ResponderBuilder().withStart((start) => start(listener.build())).build());
  };

  /** A call that came through, by its metadata. */
  identified(metadata: Metadata): IdentifiedCall {
    const call = this.calls.get(metadata);
    if (call === undefined) throw unauthenticated('the call was not authenticated');
    return call;
  }

  private async identify(path: string, authority: string, metadata: Metadata): Promise<IdentifiedCall> {
    const open = this.anonymous.has(path);
    const identify = () => this.callerOf(path, authority, metadata);
    const accept = (message: Uint8Array) => (isSigned(metadata) ? requireSignedMessage(metadata, message) : undefined);
    return { principal: open ? nobody : await identify(), accept, identify };
  }

  private async callerOf(path: string, authority: string, metadata: Metadata): Promise<Principal> {
    const credential = readCredential(credentialFields(metadata));
    if (credential.kind === 'token') return this.authenticator.byToken(credential.token);
    return this.authenticator.bySignature(signedRequest(path, authority, metadata));
  }
}

function isSigned(metadata: Metadata): boolean {
  return metadata.get('authorization').length > 0;
}

function credentialFields(metadata: Metadata): { authorization: string | undefined; 'x-auth-token': string | undefined } {
  const text = (name: string) => metadata.get(name).find((value) => typeof value === 'string');
  return { authorization: text('authorization'), 'x-auth-token': text('x-auth-token') };
}
