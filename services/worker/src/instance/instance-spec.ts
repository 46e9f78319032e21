import type { OnReadOpts } from 'node:net';
import type { IsolationClass } from '../sandbox/isolation-class.js';

/** All that is needed to run one copy of a function. Nothing else of the machine reaches the app. */
export interface InstanceSpec {
  /** Unique on this worker among live instances; letters, digits, '-', '_' and '.', at most 128. Names the instance's cgroup. */
  readonly instanceId: string;
  /** Whose it is: tenants get equal parts of a busy processor, however many instances each has. */
  readonly tenant: string;
  /**
   * Folder of the extracted package, shown read-only at /opt/function/code. It may lie in a private (0700) folder, but
   * its own files need the read bit for others, as the app runs as a host uid that owns nothing.
   */
  readonly codeDirectory: string;
  /** Memory of the app's processes together, in MiB. Files in /tmp do not count: they have `ephemeralStorageMb`. */
  readonly memoryMb: number;
  /** Processor time in thousandths of one core. Enforced where the worker may use cgroups. */
  readonly cpuMillicores: number;
  /** Size of /tmp in MiB. */
  readonly ephemeralStorageMb: number;
  /** From the start of the process to the first accepted connection on 127.0.0.1:8000, in milliseconds. */
  readonly startTimeoutMs: number;
  /** The app must answer a POST to this path with 2xx before it is ready, within `startTimeoutMs`. */
  readonly initializerPath?: string;
  /** The app hears a POST to this path before it is asked to end, and may take so long. */
  readonly preStop?: { readonly path: string; readonly timeoutMs: number };
  /** The whole environment of the app's process: exactly this, nothing inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it reaches the public network: see docs/sandbox.md for what that is. Otherwise it has a loopback interface only. */
  readonly publicAccess?: boolean;
  /** `standard` when absent. The start fails where the class is not to be had: it is never replaced by a weaker one. */
  readonly isolation?: IsolationClass;
  /** Who asks for strong isolation, for the sentence where it is not to be had. */
  readonly isolationDemandedBy?: 'function' | 'account';
  /** Folder made by `prepareRuntimes`, shown read-only at /opt/function/runtime. */
  readonly runtimesDirectory?: string;
}

export interface StartOptions {
  /** Hears every line the app writes, from its first one on, also when the start fails. Must not throw. */
  readonly onOutput?: (line: OutputLine) => void;
  /** Gives up the start: everything made so far is undone and the start fails with ABORTED. */
  readonly signal?: AbortSignal;
}

export interface DialOptions {
  /** 1,000 unless told. */
  readonly timeoutMs?: number;
  /** Where the socket puts what it reads, instead of emitting 'data': see `net.Socket`. */
  readonly onread?: OnReadOpts;
}

/** One line the app wrote, without its line end. */
export interface OutputLine {
  /** `platform` marks the one line that says how many lines of the app were dropped in a flood. */
  readonly source: 'stdout' | 'stderr' | 'platform';
  /** At most 64 KiB of UTF-8; a longer line is cut, and ends by saying how much of it is missing. One that does not end arrives in pieces. */
  readonly text: string;
  /** Nanoseconds since the epoch, rising within an instance. */
  readonly timestampNs: bigint;
}
