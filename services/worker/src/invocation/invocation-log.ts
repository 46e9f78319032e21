import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';

/** Names one request in the log of its function. */
export interface InvocationTrace {
  readonly spec: FunctionSpec;
  readonly requestId: string;
  /** The last one that had it; empty when none had. */
  instanceId: string;
  /** Whether the log tells of this request: its own to decide and to know. */
  isTold?: boolean;
}

/** What an invocation took, and why it failed if it did. */
export interface InvocationFigures {
  readonly durationMs: number;
  readonly memoryUsedMb: number;
  readonly memorySizeMb: number;
  readonly failure: string | undefined;
}

/** Where an invocation tells what happens to it. */
export interface InvocationLog {
  started(trace: InvocationTrace): void;
  finished(trace: InvocationTrace, figures: InvocationFigures): void;
}
