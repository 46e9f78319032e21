import type { Metadata } from '@grpc/grpc-js';
import type { CallContext, PrincipalVerifier } from '@windlass/principal';

/** Injectable reader of the caller: controllers call `read(metadata)` first thing in every tenant operation. */
export class CallContextReader {
  constructor(private readonly verifier: PrincipalVerifier) {}

  read(metadata: Metadata): CallContext {
    return this.verifier.read(metadata);
  }
}
