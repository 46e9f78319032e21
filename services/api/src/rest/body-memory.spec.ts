import { BodyMemory } from './body-memory.js';

describe('the memory of request bodies', () => {
  it('is shared by all and given back', () => {
    const memory = new BodyMemory(100);
    const [first, second] = [memory.open(), memory.open()];
    expect([first.take(60), second.take(40), second.take(1)]).toEqual([true, true, false]);
    first.release();
    expect([second.take(60), first.take(1)]).toEqual([true, false]);
  });

  it('is given back once', () => {
    const memory = new BodyMemory(100);
    const reservation = memory.open();
    reservation.take(100);
    reservation.release();
    reservation.release();
    expect([memory.open().take(100), memory.open().take(1)]).toEqual([true, false]);
  });
});
