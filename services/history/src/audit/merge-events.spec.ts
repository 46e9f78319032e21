import fc from 'fast-check';
import { mergeEvents } from './merge-events.js';

const times = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 });
const part = (name: string, seconds: readonly number[]) => ({ name, events: seconds.map((second, index) => ({ time: `2026-11-22T09:00:0${second}.000Z`, id: `${name}${index}` })) });

describe('merged parts of a trail', () => {
  it('are in order of time when each part is, newest or oldest first', () => {
    fc.assert(
      fc.property(fc.array(times, { maxLength: 4 }), fc.constantFrom('oldest' as const, 'newest' as const), (lists, order) => {
        const direction = order === 'oldest' ? 1 : -1;
        const parts = lists.map((list, index) => part(String(index), [...list].sort((a, b) => direction * (a - b))));
        const merged = mergeEvents(parts, order, 100).map(({ event }) => event.time);
        expect(merged).toEqual([...merged].sort((a, b) => direction * (a < b ? -1 : a > b ? 1 : 0)));
      }),
    );
  });

  it('read page by page are each event once, in its part’s own order, even where a clock went back', () => {
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 5 }), (lists, limit) => {
        const parts = lists.map((list, index) => part(String(index), list));
        const told = parts.map(() => 0);
        const all: string[] = [];
        for (;;) {
          const page = mergeEvents(parts.map(({ name, events }, index) => ({ name, events: events.slice(told[index], (told[index] ?? 0) + limit) })), 'oldest', limit);
          if (page.length === 0) break;
          for (const taken of page) {
            all.push(taken.event.id);
            told[Number(taken.part)] = (told[Number(taken.part)] ?? 0) + 1;
          }
        }
        for (const { name, events } of parts) expect(all.filter((id) => id.startsWith(name))).toEqual(events.map(({ id }) => id));
        expect(all).toEqual(mergeEvents(parts, 'oldest', 1_000).map(({ event }) => event.id));
      }),
    );
  });
});
