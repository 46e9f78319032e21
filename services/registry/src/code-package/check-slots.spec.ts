import { CheckSlots } from './check-slots.js';

describe('the slots for package checks', () => {
  it('run so many at once, let so many wait in order, and refuse the next', async () => {
    const slots = new CheckSlots(1, 1);
    const order: string[] = [];
    let finish = (): void => undefined;
    const first = slots.use(() => new Promise<void>((resolve) => (finish = () => (order.push('first'), resolve()))));
    const second = slots.use(async () => void order.push('second'));
    await expect(slots.use(async () => undefined)).rejects.toMatchObject({ kind: 'throttled', code: 'FSS.0429' });
    finish();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });

  it('are free again after a failure', async () => {
    const slots = new CheckSlots(1, 0);
    await expect(slots.use(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    await expect(slots.use(async () => 'ok')).resolves.toBe('ok');
  });
});
