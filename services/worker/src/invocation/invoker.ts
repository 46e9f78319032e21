import type { CoarseTimers } from '@windlass/coarse-timers';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { Caller, FunctionRequest, FunctionServer } from '@windlass/function-exchange';
import type { HeaderField } from '@windlass/http1';
import type { Logger } from '@windlass/telemetry';
import type { AccountAdmission } from '../account/index.js';
import type { FunctionCredentials } from '../function-credentials/index.js';
import type { FunctionPools } from '../pool/index.js';
import type { FinishedRequests } from './finished-request.js';
import type { AppTimers } from './app-timers.js';
import { Invocation } from './invocation.js';
import type { InvocationLog } from './invocation-log.js';
import type { FailedOutcome } from './outcome.js';
import { OutputSettling } from './output-settling.js';

/** Where definitions of functions come from. `version` may be "!" and an alias: the fields of the request say which version is meant. */
export interface FunctionFinder {
  find(functionId: string, version: string, requiredRevision: number, fields: Iterable<HeaderField>): FunctionSpec | Promise<FunctionSpec>;
}

/** Where the credentials come from that a request brings to a function. Rejects with an InvocationError. */
export interface CredentialFinder {
  find(spec: FunctionSpec): FunctionCredentials | undefined | Promise<FunctionCredentials>;
}

export interface InvocationReport {
  readonly failure: FailedOutcome | undefined;
  /** From the moment an instance had the request to the end of its answer; 0 when none had it. */
  readonly durationMs: number;
  readonly memorySizeMb: number;
  readonly memoryUsedMb: number;
  readonly coldStart: boolean;
}

/** What every invocation works with. */
export interface InvocationContext {
  readonly functions: FunctionFinder;
  readonly accounts: AccountAdmission;
  readonly credentials: CredentialFinder;
  readonly pools: FunctionPools;
  readonly log: InvocationLog;
  readonly facts: FinishedRequests;
  readonly logger: Logger;
  readonly timers: CoarseTimers;
  readonly appTimers: AppTimers;
  /** Largest answer of a function that streams. */
  readonly maxStreamedBytes: number;
  readonly clock: () => number;
}

/** Serves requests: finds the function, gets it a slot, forwards, and tells the log. */
export class Invoker implements FunctionServer {
  private readonly settling = new OutputSettling();

  constructor(private readonly context: InvocationContext) {}

  serve(request: FunctionRequest, caller: Caller): void {
    new Invocation(this.context, this.settling, request, caller).begin();
  }

  /** The same with a report at the end. Never rejects: whatever happens, the caller is answered or cut off, and the report says why. */
  invoke(request: FunctionRequest, caller: Caller): Promise<InvocationReport> {
    return new Promise((resolve) => new Invocation(this.context, this.settling, request, caller, resolve).begin());
  }
}
