import { BoundedMemory } from './bounded-memory.js';

describe('a bounded memory', () => {
  it('forgets a value at its moment', () => {
    let now = 100;
    const memory = new BoundedMemory<string>(10, () => now);
    memory.set('a', 'one', 200);
    now = 199;
    expect(memory.get('a')).toBe('one');
    now = 200;
    expect(memory.get('a')).toBeUndefined();
  });

  it('lets the oldest value go when it is full', () => {
    const memory = new BoundedMemory<number>(2, () => 0);
    memory.set('a', 1, 10);
    memory.set('b', 2, 10);
    memory.set('a', 3, 10);
    memory.set('c', 4, 10);
    expect([memory.get('a'), memory.get('b'), memory.get('c')]).toEqual([3, undefined, 4]);
  });
});
