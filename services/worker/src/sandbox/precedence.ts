import { writeFileSync } from 'node:fs';
import koffi from 'koffi';

const syscall = koffi.load('libc.so.6').func('long syscall(long number, long first, uint8_t *attributes, long flags)');
const SCHED_SETATTR = { x64: 314, arm64: 274 } as const;
const ATTRIBUTES_BYTES = 48;
const NICE_AT = 16;
const SLICE_AT = 24;

/** How far a process goes before others, and for how long at a stretch. */
export interface Precedence {
  /** From -20, before all others, to 19. */
  readonly nice: number;
  /** For how long it runs while others wait, in microseconds. The kernel takes 100 at least; one older than Linux 6.12 has its own idea of it. */
  readonly sliceUs: number;
}

/**
 * Of an app. Whoever wakes waits at most for a slice of who runs: with short ones a request that needs a moment gets it soon, however
 * many others calculate. Nice counts against the platform where no group divides the processor.
 */
export const OF_AN_APP: Precedence = { nice: 5, sliceUs: 200 };
/** Of the thread that all requests pass: it answers within its slice or waits for nobody but others like it. */
export const OF_THE_DATA_PATH: Precedence = { nice: 0, sliceUs: 100 };
/** When the machine has no memory left its kernel ends an app before anything of the platform. */
const OUT_OF_MEMORY_SCORE = 500;

/** Gives a thread, and what it will start, this precedence. Answers whether it could: one may only step back without being root. */
export function setPrecedence(pid: number, { nice, sliceUs }: Precedence): boolean {
  const number = SCHED_SETATTR[process.arch as keyof typeof SCHED_SETATTR];
  if (number === undefined) return false;
  const attributes = Buffer.alloc(ATTRIBUTES_BYTES);
  attributes.writeUInt32LE(ATTRIBUTES_BYTES);
  attributes.writeInt32LE(nice, NICE_AT);
  attributes.writeBigUInt64LE(BigInt(sliceUs) * 1_000n, SLICE_AT);
  return syscall(number, pid, attributes, 0) === 0;
}

/** Puts the app that this process will start behind the platform: for the processor, and when memory runs out. */
export function standBack(firstPid: number): void {
  setPrecedence(firstPid, OF_AN_APP);
  try {
    writeFileSync(`/proc/${firstPid}/oom_score_adj`, String(OUT_OF_MEMORY_SCORE));
  } catch {
    // It has ended already, or belongs to another user by now: its start will tell.
  }
}
