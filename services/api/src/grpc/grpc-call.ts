import type { Message } from '@bufbuild/protobuf';
import type { Metadata } from '@grpc/grpc-js';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import type { Operation } from '../operation/index.js';
import type { OnBehalf } from '../upstream/index.js';

/** An operation about to be performed over gRPC: its caller is known and allowed, its request is a message of the contract. */
export interface GrpcCall {
  readonly operation: Operation;
  readonly request: Message;
  /** The same request, serialized. */
  readonly requestBytes: Uint8Array;
  readonly metadata: Metadata;
  readonly caller: OnBehalf & { readonly signal: AbortSignal };
  /** Who the credential of the call names: for an operation that anyone may call and that then turns out to need a caller. */
  identify(): Promise<Principal>;
}

export interface GrpcAnswer {
  /** The response message, serialized. */
  readonly bytes: Uint8Array;
  readonly trailer?: Metadata;
}

/** Performs a call over gRPC in its own way, for an operation whose service alone cannot answer it. */
export type GrpcAdapter = (call: GrpcCall) => Promise<GrpcAnswer>;

/** The same for an operation that answers with a stream: its response messages, serialized. What fails before the first of them fails the call. */
export type GrpcStreamAdapter = (call: GrpcCall) => AsyncIterable<Uint8Array>;
