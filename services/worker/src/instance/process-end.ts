import { constants } from 'node:os';

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

/** bwrap tells of a signal as shells do: by an exit code of 128 and the signal's number. */
const FIRST_SIGNAL_CODE = 128;

/** How `bootstrap` ended, from how the bwrap outside the sandbox ended. */
export function readProcessEnd(exitCode: number | null, signal: NodeJS.Signals | null): ProcessEnd {
  if (signal !== null) return { kind: 'SIGNALED', signal };
  const code = exitCode ?? 0;
  const name = Object.entries(constants.signals).find(([, number]) => number === code - FIRST_SIGNAL_CODE)?.[0];
  return name === undefined ? { kind: 'EXITED', exitCode: code } : { kind: 'SIGNALED', signal: name };
}
