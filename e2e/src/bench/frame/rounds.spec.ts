import { interleaved, medianOf } from './rounds.js';

describe('interleaved rounds', () => {
  it('measure every side once a round, each round beginning with another one', async () => {
    const order: string[] = [];
    const side = (name: string) => async () => order.push(name);
    const rounds = await interleaved({ a: side('a'), b: side('b') }, 3);
    expect(order.join('')).toBe('abbaab');
    expect(rounds).toHaveLength(3);
    expect(medianOf(rounds, ({ a }) => a)).toBe(4);
  });
});
