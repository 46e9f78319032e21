import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';

/** Names one request in the log of its function. */
export interface InvocationTrace {
  readonly spec: FunctionSpec;
  readonly requestId: string;
  /** Empty when it reached no instance. */
  readonly instanceId: string;
}

/** Where an invocation tells what happens to it. */
export interface InvocationLog {
  started(trace: InvocationTrace): void;
  note(trace: InvocationTrace, text: string): void;
  finished(
    trace: InvocationTrace,
    figures: { readonly durationMs: number; readonly memoryUsedMb: number; readonly memorySizeMb: number; readonly failed: boolean },
  ): void;
}
