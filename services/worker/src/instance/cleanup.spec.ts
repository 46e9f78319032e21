import { Cleanup } from './cleanup.js';

describe('cleaning up', () => {
  it('undoes in reverse, once, and goes on after a failure', async () => {
    const done: string[] = [];
    const cleanup = new Cleanup();
    cleanup.push(() => void done.push('first'));
    cleanup.push(() => {
      throw new Error('second');
    });
    cleanup.push(async () => void done.push('third'));
    const errors = await Promise.all([cleanup.run(), cleanup.run()]);
    expect(done).toEqual(['third', 'first']);
    expect(errors[0]).toEqual([new Error('second')]);
  });

  it('undoes at once what is acquired too late', async () => {
    const done: string[] = [];
    const cleanup = new Cleanup();
    await cleanup.run();
    cleanup.push(() => void done.push('late'));
    await cleanup.run();
    expect(done).toEqual(['late']);
  });
});
