import { readProcessEnd } from './process-end.js';

describe('reading how a process ended', () => {
  it('tells exit codes and signals apart as a shell does', () => {
    expect(readProcessEnd(0, null)).toEqual({ kind: 'EXITED', exitCode: 0 });
    expect(readProcessEnd(127, null)).toEqual({ kind: 'EXITED', exitCode: 127 });
    expect(readProcessEnd(139, null)).toEqual({ kind: 'SIGNALED', signal: 'SIGSEGV' });
    expect(readProcessEnd(255, null)).toEqual({ kind: 'EXITED', exitCode: 255 });
    expect(readProcessEnd(null, 'SIGKILL')).toEqual({ kind: 'SIGNALED', signal: 'SIGKILL' });
  });
});
