import { describeProcessEnd, type ProcessEnd } from './process-end.js';

/** Numbers of the documented data plane. */
export const INITIALIZER_FAILED = 4009;
export const START_FAILED = 4201;
export const OUT_OF_MEMORY = 4205;
export const START_TIMED_OUT = 4211;
export const NO_INSTANCE_POSSIBLE = 6001;

/** Why an instance did not start, with what the sentence about it needs. */
export type StartProblem =
  /** The package cannot be started as it is: found before anything ran. */
  | { readonly reason: 'BOOTSTRAP_MISSING' }
  | { readonly reason: 'NOT_EXECUTABLE'; readonly detail: 'directory' | 'mode' }
  | { readonly reason: 'NO_SHEBANG' }
  | { readonly reason: 'CRLF_SHEBANG' }
  | { readonly reason: 'WRONG_ARCHITECTURE'; readonly found: string; readonly expected: string }
  | { readonly reason: 'INTERPRETER_MISSING'; readonly interpreter: string }
  /** It ran and ended before it listened. */
  | { readonly reason: 'PROCESS_EXITED'; readonly end: ProcessEnd }
  | { readonly reason: 'OUT_OF_MEMORY'; readonly memoryMb: number }
  /** It ran until the deadline: listening elsewhere, or not at all, or (the port is open) never accepting. */
  | { readonly reason: 'WRONG_ADDRESS'; readonly addresses: readonly string[]; readonly timeoutMs: number }
  | { readonly reason: 'PORT_NOT_OPENED'; readonly timeoutMs: number }
  | { readonly reason: 'START_TIMED_OUT'; readonly timeoutMs: number }
  /** It listened, and its initializer did not do. `detail` goes on "The initializer POST /path …". */
  | { readonly reason: 'INITIALIZER_FAILED'; readonly path: string; readonly detail: string }
  | { readonly reason: 'INITIALIZER_TIMED_OUT'; readonly path: string; readonly timeoutMs: number }
  /** Not the function's fault. */
  | { readonly reason: 'SANDBOX_FAILED'; readonly detail: string }
  /** The isolation class that was asked for is not to be had here; `missing` is a sentence without its end that says why. */
  | { readonly reason: 'ISOLATION_UNAVAILABLE'; readonly missing: string; readonly demandedBy: 'function' | 'account' }
  | { readonly reason: 'ABORTED' };

export type StartFailureReason = StartProblem['reason'];

/** The start of an instance failed. `message` is for the function's owner; `stderrTail` is the end of what the app wrote. */
export class StartFailure extends Error {
  readonly reason: StartFailureReason;
  /** 4009 the initializer failed, 4201 start failed, 4211 start timed out, 4205 out of memory, 6001 this worker cannot make such an instance. */
  readonly code: number;

  constructor(
    readonly problem: StartProblem,
    /** The app's last lines on stderr: at most 20 lines and 4 KiB. */
    readonly stderrTail: readonly string[] = [],
  ) {
    super(describe(problem));
    this.name = 'StartFailure';
    this.reason = problem.reason;
    this.code = codeOf(problem.reason);
  }
}

function codeOf(reason: StartFailureReason): number {
  switch (reason) {
    case 'OUT_OF_MEMORY':
      return OUT_OF_MEMORY;
    case 'WRONG_ADDRESS':
    case 'PORT_NOT_OPENED':
    case 'START_TIMED_OUT':
      return START_TIMED_OUT;
    case 'INITIALIZER_TIMED_OUT':
      return START_TIMED_OUT;
    case 'INITIALIZER_FAILED':
      return INITIALIZER_FAILED;
    case 'ISOLATION_UNAVAILABLE':
      return NO_INSTANCE_POSSIBLE;
    case 'BOOTSTRAP_MISSING':
    case 'NOT_EXECUTABLE':
    case 'NO_SHEBANG':
    case 'CRLF_SHEBANG':
    case 'WRONG_ARCHITECTURE':
    case 'INTERPRETER_MISSING':
    case 'PROCESS_EXITED':
    case 'SANDBOX_FAILED':
    case 'ABORTED':
      return START_FAILED;
    default:
      return reason satisfies never;
  }
}

function describe(problem: StartProblem): string {
  switch (problem.reason) {
    case 'BOOTSTRAP_MISSING':
      return 'The package has no file "bootstrap" at its root: add one that starts your HTTP server.';
    case 'NOT_EXECUTABLE':
      return problem.detail === 'directory'
        ? '"bootstrap" is not a regular file: replace it by a script or program that starts your HTTP server.'
        : '"bootstrap" is not executable: run "chmod 755 bootstrap" before you make the package.';
    case 'NO_SHEBANG':
      return '"bootstrap" is neither a program nor a script with a first line such as "#!/bin/bash": add that line.';
    case 'CRLF_SHEBANG':
      return 'The first line of "bootstrap" ends with a carriage return (CRLF, Windows line ends): save the file with Unix line ends.';
    case 'WRONG_ARCHITECTURE':
      return `"bootstrap" is a program for ${problem.found} and this machine runs ${problem.expected}: build it for linux ${problem.expected}.`;
    case 'INTERPRETER_MISSING':
      return `"bootstrap" needs "${problem.interpreter}", which does not exist where functions run: name one that does, or put it into the package.`;
    case 'PROCESS_EXITED':
      return `"bootstrap" ${describeProcessEnd(problem.end)} before it listened on 127.0.0.1:8000: it must keep running and serve HTTP.`;
    case 'OUT_OF_MEMORY':
      return `The function needed more than its ${problem.memoryMb} MB of memory while it started: raise memory_size or use less.`;
    case 'WRONG_ADDRESS':
      return `After ${problem.timeoutMs} ms the app listens on ${problem.addresses.join(', ')} and not on 127.0.0.1:8000: change its address or port.`;
    case 'PORT_NOT_OPENED':
      return `After ${problem.timeoutMs} ms nothing listens on 127.0.0.1:8000: let "bootstrap" start an HTTP server there, or start faster.`;
    case 'START_TIMED_OUT':
      return `After ${problem.timeoutMs} ms the app has opened 127.0.0.1:8000 but accepts no connection: let it accept while it starts.`;
    case 'INITIALIZER_FAILED':
      return `The initializer POST ${problem.path} ${problem.detail}: it must answer with a status from 200 to 299 before the instance gets requests.`;
    case 'INITIALIZER_TIMED_OUT':
      return `After ${problem.timeoutMs} ms the initializer POST ${problem.path} has not answered: let it do less, or raise initializer_timeout, which counts the start too.`;
    case 'SANDBOX_FAILED':
      return 'The platform could not make the sandbox of this instance; this is not the fault of the function.';
    case 'ISOLATION_UNAVAILABLE':
      return problem.demandedBy === 'function'
        ? `The function asks for strong isolation (enable_class_isolation), which this worker cannot give: ${problem.missing}. Ask the platform's operator for it, or update the function without it.`
        : `The account demands strong isolation of all its functions, which this worker cannot give: ${problem.missing}. Ask the platform's operator for it; who may change the demand is told at /windlass/v1/isolation.`;
    case 'ABORTED':
      return 'The start was given up, as the worker no longer needs the instance.';
    default:
      return problem satisfies never;
  }
}
