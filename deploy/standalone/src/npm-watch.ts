import { readlinkSync } from 'node:fs';
import { processStat } from './process-stat.js';

const CHECK_EVERY_MS = 500;

/**
 * Calls back when npm, which started this process, is gone. npm passes signals on, but a SIGKILL it cannot, and a shell
 * may stand between. Without npm there is nothing to watch: a launcher started by hand may outlive its shell.
 */
export function watchNpm(startedByNpm: boolean, gone: () => void): { stop(): void } {
  const chain = startedByNpm ? ancestorsUpToNpm() : [];
  if (chain.length === 0) return { stop: () => undefined };
  const timer = setInterval(() => {
    if (chain.some(({ pid, started }) => startTime(pid) !== started)) {
      clearInterval(timer);
      gone();
    }
  }, CHECK_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

interface Ancestor {
  readonly pid: number;
  readonly started: string | undefined;
}

/** This process's parents up to the first that is no shell: that one is npm. */
function ancestorsUpToNpm(): readonly Ancestor[] {
  const chain: Ancestor[] = [];
  for (let pid = process.ppid; pid > 1 && chain.length < 4; pid = processStat(pid)?.parent ?? 0) {
    chain.push({ pid, started: startTime(pid) });
    if (!isShell(pid)) break;
  }
  return chain;
}

function isShell(pid: number): boolean {
  try {
    return /\/(sh|dash|bash|ash|busybox|zsh)$/.test(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return false;
  }
}

/** Undefined for a dead process, also while nobody has waited for it yet. */
function startTime(pid: number): string | undefined {
  const stat = processStat(pid);
  return stat === undefined || stat.state === 'Z' ? undefined : stat.startTime;
}
