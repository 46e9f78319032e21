/** What an invocation took. */
export interface InvocationFigures {
  readonly durationMs: number;
  readonly memoryUsedMb: number;
  readonly memorySizeMb: number;
  readonly failed: boolean;
}

/** Time is billed in whole milliseconds, rounded up. */
export function billedMs(durationMs: number): number {
  return Math.ceil(durationMs);
}

export function startLine(requestId: string, version: string): string {
  return `Start invoke request '${requestId}', version: ${version}`;
}

export function finishLine(requestId: string, figures: InvocationFigures): string {
  const { durationMs, memoryUsedMb, memorySizeMb, failed } = figures;
  return (
    `Finish invoke request '${requestId}'${failed ? '(invoke Failed)' : ''}, duration: ${durationMs.toFixed(3)}ms, ` +
    `billing duration: ${billedMs(durationMs)}ms, memory used: ${memoryUsedMb.toFixed(3)}MB, billing memory: ${memorySizeMb}MB`
  );
}
