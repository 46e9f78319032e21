import { spawn } from 'node:child_process';

export interface Ran {
  readonly ok: boolean;
  /** Standard output and standard error together, the last 16 KiB. */
  readonly output: string;
}

/** Runs a program to its end, within a bound of time. A program that is not there is a failure like any other. */
export function run(command: string, args: readonly string[], timeoutMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    let output = '';
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString('utf8')).slice(-16_384));
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL' });
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code, signal) => resolve({ ok: code === 0, output: signal === null ? output : `${output}\nended by ${signal}` }));
  });
}
