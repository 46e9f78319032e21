import { readFileSync } from 'node:fs';

/** What the kernel says of a process: see proc(5), /proc/pid/stat. */
export interface ProcessStat {
  /** One letter; "Z" is dead and not yet waited for. */
  readonly state: string;
  readonly parent: number;
  /** Clock ticks since boot; with the pid it names one process for ever. */
  readonly startTime: string;
}

/** Undefined when there is no such process. */
export function processStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command may hold blanks and brackets; the fields go on behind its last closing bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', parent: Number(fields[1]), startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
