import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, installPackage } from '@windlass/system-packages';
import { newPlace, startPlatform, type Platform } from '../../harness/platform.js';
import { Skipped } from './benchmark.js';

/** What a benchmark works with. Everything made through it is undone when its time comes. */
export class Bench {
  private readonly undo: (() => unknown)[] = [];
  private started: Promise<Platform> | undefined;
  private stopPlatform: () => Promise<void> = async () => undefined;

  /** The platform of this run, started when the first benchmark asks for it; `harness/tenant.ts` speaks to the same one. */
  platform(): Promise<Platform> {
    return (this.started ??= this.startPlatform());
  }

  /** Pid of one of the platform's processes. */
  async planePid(plane: 'data-plane' | 'control-plane'): Promise<number> {
    const { launcher } = await this.platform();
    const pid = descendants(launcher.pid as number).find((each) => commandOf(each).some((word) => word.endsWith(`/${plane}.js`)));
    if (pid === undefined) throw new Error(`the process of the ${plane} is not there`);
    return pid;
  }

  /** Path of a program, installed by the machine's package manager where it is missing. Throws Skipped where it cannot be had. */
  program(name: string): string {
    const result = findProgram(name, process.env.PATH) === undefined ? installPackage(name, process.env.PATH) : undefined;
    const path = findProgram(name, process.env.PATH);
    if (path !== undefined) return path;
    throw new Skipped(result?.installed === false ? (result.why.split('\n')[0] as string) : `${name} was installed and is not found`);
  }

  /** A folder for the files of one benchmark. */
  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'windlass-bench-'));
    this.cleanup(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  /** To be done at the end of the benchmark, whatever happens; the last one first. */
  cleanup(undo: () => unknown): void {
    this.undo.push(undo);
  }

  async endBenchmark(): Promise<void> {
    for (const undo of this.undo.splice(0).reverse()) await undo();
  }

  async close(): Promise<void> {
    await this.endBenchmark();
    await this.stopPlatform();
  }

  private async startPlatform(): Promise<Platform> {
    const place = await newPlace();
    const platform = await startPlatform(place);
    this.stopPlatform = async () => {
      await platform.stop();
      place.remove();
    };
    process.env.WINDLASS_E2E_CREDENTIALS = JSON.stringify(platform.credentials);
    return platform;
  }
}

/** A process and all that it started, and those started. */
export function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = readOrNothing(`/proc/${name}/status`);
    parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0));
  }
  const found = new Set([root]);
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.add(child);
  return [...found];
}

function commandOf(pid: number): string[] {
  return readOrNothing(`/proc/${pid}/cmdline`).split('\0');
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // The process has ended meanwhile.
  }
}
