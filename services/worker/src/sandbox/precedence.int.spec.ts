import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority, release } from 'node:os';
import { OF_AN_APP, standBack } from './precedence.js';

const [major = 0, minor = 0] = release().split('.').map(Number);
/** Whether this kernel has a slice for each process, and tells it. */
const hasSlices = (major > 6 || (major === 6 && minor >= 12)) && existsSync('/proc/self/sched');
if (!hasSlices) process.stderr.write('the slices of processes are not looked at: this kernel has none, or does not tell them\n');

describe('the precedence of an app', () => {
  it('is behind the platform, for what it starts too: for the processor and when memory runs out', async () => {
    // It waits for a line, and by then stands back; what it starts tells of itself.
    const app = spawn('/bin/sh', ['-c', 'read -r line; exec /bin/sh -c "cat /proc/self/oom_score_adj; exec nice"'], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(app, 'spawn');
    standBack(app.pid as number);
    expect(getPriority(app.pid)).toBe(OF_AN_APP.nice);
    if (hasSlices) expect(readFileSync(`/proc/${app.pid}/sched`, 'utf8')).toMatch(new RegExp(`^se\\.slice\\s*:\\s*${OF_AN_APP.sliceUs * 1_000}$`, 'm'));
    app.stdin.end('\n');
    const said = (await app.stdout.toArray()).join('').trim().split('\n');
    expect(said).toEqual(['500', String(OF_AN_APP.nice)]);
  });

  it('asks nothing of a process that has ended', () => {
    expect(() => standBack(4_194_305)).not.toThrow(); // Above the largest pid there can be.
  });
});
