import { Shutdown } from './shutdown.js';

describe('the shutdown', () => {
  it('undoes the newest first, each once, though it is asked twice', async () => {
    const done: number[] = [];
    const shutdown = new Shutdown(() => undefined);
    for (const part of [1, 2, 3]) shutdown.push(() => void done.push(part));
    await Promise.all([shutdown.run(), shutdown.run()]);
    expect(done).toEqual([3, 2, 1]);
  });

  it('goes on behind a part that fails, and tells of it', async () => {
    const done: number[] = [];
    const problems: string[] = [];
    const shutdown = new Shutdown((problem) => problems.push(problem));
    shutdown.push(() => void done.push(1));
    shutdown.push(() => Promise.reject(new Error('stuck')));
    await shutdown.run();
    expect({ done, problems }).toEqual({ done: [1], problems: ['while stopping: stuck'] });
  });

  it('undoes at once what comes when it has begun', async () => {
    const done: number[] = [];
    const shutdown = new Shutdown(() => undefined);
    await shutdown.run();
    shutdown.push(() => void done.push(9));
    expect(done).toEqual([9]);
  });
});
