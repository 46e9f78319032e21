import { readFileSync } from 'node:fs';
import { processesBelow } from './signal-freezer.js';

/** The kernel tells processor time in ticks of this length, whatever it counts in itself. */
const TICK_MS = 10;

/**
 * Processor time of the processes below this one and of those they waited for, in milliseconds. What ended without being waited for is
 * missing, so the sum may fall.
 */
export function processTimesMs(firstPid: number): number {
  return [firstPid, ...processesBelow(firstPid)].reduce((total, pid) => total + ticks(pid) * TICK_MS, 0);
}

function ticks(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // After the name in parentheses: state is field 3; utime, stime, cutime and cstime are fields 14 to 17.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  } catch {
    return 0; // It ended between the listing and the reading.
  }
}
