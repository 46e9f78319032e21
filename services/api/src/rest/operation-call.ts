import type { IncomingHttpHeaders } from 'node:http';
import type { Message } from '@bufbuild/protobuf';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import type { Operation } from '../operation/index.js';
import type { OnBehalf } from '../upstream/index.js';
import type { HttpAnswer } from './http-answer.js';

/** An operation about to be performed: its caller is known and allowed, its request is well formed. */
export interface OperationCall {
  readonly operation: Operation;
  readonly request: Message;
  readonly caller: OnBehalf & { readonly signal: AbortSignal };
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** Who the credential of the request names: for an operation that anyone may call and that then turns out to need a caller. */
  identify(): Promise<Principal>;
}

/** Performs a call in its own way, for an operation whose wire form is not that of its messages. */
export type Adapter = (call: OperationCall) => Promise<HttpAnswer>;
