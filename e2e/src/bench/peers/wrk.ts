import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What one run of wrk found. */
export interface LoadFigures {
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Load {
  readonly connections: number;
  readonly seconds: number;
}

/** Loads a URL over keep-alive connections, one request at a time on each. Throws when any request failed. */
export async function runWrk(program: string, url: string, { connections, seconds }: Load): Promise<LoadFigures> {
  const { stdout } = await promisify(execFile)(program, ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', url]);
  if (/Socket errors|Non-2xx/.test(stdout)) throw new Error(`requests to ${url} failed:\n${stdout}`);
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    requests: Number(/(\d+) requests in/.exec(stdout)?.[1]),
    p50Ms: milliseconds(/ 50%\s+(\S+)/.exec(stdout)?.[1]),
    p99Ms: milliseconds(/ 99%\s+(\S+)/.exec(stdout)?.[1]),
  };
}

/** Loads a URL whatever becomes of its requests. */
export async function runWrkAnyhow(program: string, url: string, { connections, seconds }: Load): Promise<void> {
  await promisify(execFile)(program, ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', url]);
}

function milliseconds(text = ''): number {
  const [, number, unit = ''] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(number) * ({ us: 0.001, ms: 1, s: 1_000 }[unit] ?? Number.NaN);
}
