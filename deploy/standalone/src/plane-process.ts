import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a plane tells the launcher over its own channel; standard output and error go to its log file. */
export type PlaneMessage = { readonly type: 'ready' } | { readonly type: 'failed'; readonly message: string };

export interface PlaneOptions {
  readonly name: 'control-plane' | 'data-plane';
  /** Sent over the channel, since it holds keys: never in argv, never in the environment. */
  readonly config: object;
  readonly logFile: string;
  /** Run as root of a user namespace of its own, so that an ordinary user may create network namespaces in it. */
  readonly inUserNamespace: boolean;
}

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;
const LOG_ROTATE_BYTES = 20 * 1024 * 1024;

/** One of the platform's processes, tied to this one: it stops when told, and when this process dies in any way. */
export class PlaneProcess {
  private stopAsked = false;
  /** Resolves when the process ends, in words; `expected` tells whether it was asked to. */
  readonly ended: Promise<{ expected: boolean; how: string }>;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ expected: this.stopAsked, how: signal === null ? `exit code ${code}` : `signal ${signal}` }));
      child.once('error', (error) => resolve({ expected: this.stopAsked, how: error.message }));
    });
  }

  static async start(options: PlaneOptions): Promise<PlaneProcess> {
    rotate(options.logFile);
    const log = openSync(options.logFile, 'a', 0o600);
    const program = [process.execPath, '--enable-source-maps', join(import.meta.dirname, `${options.name}.js`)];
    // The kernel ends the child with the launcher, even when that is killed. Behind unshare, for new credentials clear it.
    const tied = ['setpriv', '--pdeathsig', 'TERM', '--', ...program];
    const [command = '', ...args] = options.inUserNamespace ? ['unshare', '--user', '--map-root-user', '--', ...tied] : tied;
    // A session of its own: Ctrl-C and a closed terminal are for the launcher, which stops its planes in order.
    const child = spawn(command, args, { stdio: ['ignore', log, log, 'ipc'], serialization: 'advanced', detached: true });
    closeSync(log);

    const plane = new PlaneProcess(options.name, child);
    await plane.ready(options);
    return plane;
  }

  /** Asks it to stop, waits a bounded time, then kills it. */
  async stop(): Promise<void> {
    this.stopAsked = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.ended;
    clearTimeout(timer);
  }

  private async ready(options: PlaneOptions): Promise<void> {
    this.child.send(options.config);
    const timer = AbortSignal.timeout(READY_WITHIN_MS);
    const message = once(this.child, 'message', { signal: timer }).then(([value]) => value as PlaneMessage);
    const early = this.ended.then(({ how }): PlaneMessage => ({ type: 'failed', message: `it ended with ${how}` }));
    const answer = await Promise.race([message, early]).catch((): PlaneMessage => ({ type: 'failed', message: `it was not ready within ${READY_WITHIN_MS / 1000} s` }));
    if (answer.type === 'ready') return;
    await this.stop();
    throw new Error(`the ${options.name} did not start: ${answer.message}\nThe end of ${options.logFile}:\n${tail(options.logFile)}`);
  }
}

function rotate(file: string): void {
  try {
    if (statSync(file).size > LOG_ROTATE_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // There is no log yet.
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).map((line) => `  ${line}`).join('\n');
}
