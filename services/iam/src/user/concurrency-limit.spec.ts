import { ConcurrencyLimit } from './concurrency-limit.js';

describe('a concurrency limit', () => {
  it('runs so many at once, lets so many wait, refuses the rest, and frees places whatever the outcome', async () => {
    const limit = new ConcurrencyLimit({ running: 1, waiting: 1 });
    let finish = (): void => undefined;
    const order: string[] = [];
    const first = limit.run(async () => {
      order.push('first starts');
      await new Promise<void>((resolve) => (finish = resolve));
      order.push('first fails');
      throw new Error('broken');
    });
    const second = limit.run(async () => void order.push('second'));
    await expect(limit.run(async () => void order.push('never'))).rejects.toMatchObject({ kind: 'throttled' });
    finish();
    await expect(first).rejects.toThrow('broken');
    await second;
    await limit.run(async () => void order.push('third'));
    expect(order).toEqual(['first starts', 'first fails', 'second', 'third']);
  });
});
