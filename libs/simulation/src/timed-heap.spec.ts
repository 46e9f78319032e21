import { SeededRandom } from './random.js';
import { TimedHeap } from './timed-heap.js';

describe('a heap of things to come', () => {
  it('gives the earliest first, whatever came in when', () => {
    const random = new SeededRandom(1);
    const heap = new TimedHeap<{ due: number }>();
    const waiting: number[] = [];
    for (let step = 0; step < 2_000; step += 1) {
      if (random.chance(0.6)) {
        const due = random.below(50);
        heap.push({ due });
        waiting.push(due);
      } else {
        waiting.sort((a, b) => a - b);
        expect(heap.first?.due).toBe(waiting[0]);
        expect(heap.shift()?.due).toBe(waiting.shift());
      }
    }
    waiting.sort((a, b) => a - b);
    for (const due of waiting) expect(heap.shift()).toEqual({ due });
    expect(heap.shift()).toBeUndefined();
  });
});
