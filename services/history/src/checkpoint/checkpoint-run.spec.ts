import { CheckpointRun } from './checkpoint-run.js';

describe('CheckpointRun', () => {
  it('answers with each look those who asked before it, and is over when nobody waits', async () => {
    const run = new CheckpointRun<string>();
    const first = run.join();
    const answerFirst = run.beginLook();
    const second = run.join();
    answerFirst('one');
    expect(run.over).toBe(false);
    run.beginLook()('two');
    expect(run.over).toBe(true);
    expect(await Promise.all([first, second])).toEqual(['one', 'two']);
  });

  it('answers those of a look that was broken off with the next', async () => {
    const run = new CheckpointRun<string>();
    const first = run.join();
    run.beginLook();
    const second = run.join();
    run.beginLook()('both');
    expect(await Promise.all([first, second])).toEqual(['both', 'both']);
    expect(run.over).toBe(true);
  });

  it.each<[string, (run: CheckpointRun<string>) => void, PromiseSettledResult<string>]>([
    ['with what it came to', (run) => run.end('tampered'), { status: 'fulfilled', value: 'tampered' }],
    ['with its failure', (run) => run.fail('broken'), { status: 'rejected', reason: 'broken' }],
  ])('answers everybody at its end %s', async (_how, end, expected) => {
    const run = new CheckpointRun<string>();
    const first = run.join();
    run.beginLook();
    const second = run.join();
    end(run);
    expect(await Promise.allSettled([first, second])).toEqual([expected, expected]);
    expect(run.over).toBe(true);
  });

  it('counts from zero when it begins again', () => {
    const run = new CheckpointRun<string>();
    run.beginCheck(10);
    run.countChecked(4);
    run.countSealed(2);
    expect(run.progress).toEqual({ covered: 10, checked: 4, sealed: 2 });
    run.beginCheck(12);
    expect(run.progress).toEqual({ covered: 12, checked: 0, sealed: 0 });
  });
});
