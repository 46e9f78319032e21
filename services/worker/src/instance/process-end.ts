/** How the app's process ended by itself. */
export type ProcessEnd =
  | { readonly kind: 'EXITED'; readonly exitCode: number }
  | { readonly kind: 'SIGNALED'; readonly signal: string };

/** How a started instance came to its end. Known the moment its last process is gone. */
export type InstanceExit =
  /** `stop` was called before it ended, or the host closed. */
  | { readonly kind: 'STOPPED' }
  | ProcessEnd
  /** Its processes together used more than `memoryMb`. Data plane number 4205. */
  | { readonly kind: 'OUT_OF_MEMORY'; readonly memoryMb: number };

/** "exited with code 1" or "was ended by SIGSEGV". */
export function describeProcessEnd(end: ProcessEnd): string {
  switch (end.kind) {
    case 'EXITED':
      return `exited with code ${end.exitCode}`;
    case 'SIGNALED':
      return `was ended by ${end.signal}`;
    default:
      return end satisfies never;
  }
}
