import type { InvocationFigures } from '../invocation/invocation-log.js';

/** Time is billed in whole milliseconds, rounded up. */
export function billedMs(durationMs: number): number {
  return Math.ceil(durationMs);
}

export function startLine(requestId: string, version: string): string {
  return `Start invoke request '${requestId}', version: ${version}`;
}

export function finishLine(requestId: string, figures: InvocationFigures): string {
  const { durationMs, memoryUsedMb, memorySizeMb, failure } = figures;
  return (
    `Finish invoke request '${requestId}'${failure === undefined ? '' : '(invoke Failed)'}, duration: ${durationMs.toFixed(3)}ms, ` +
    `billing duration: ${billedMs(durationMs)}ms, memory used: ${memoryUsedMb.toFixed(3)}MB, billing memory: ${memorySizeMb}MB`
  );
}

/** Requests that were too many to tell of each. */
export function untoldLine(requests: number): string {
  return `${requests} more requests, whose start and finish are left out here`;
}
