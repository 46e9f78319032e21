import { problemsOf, type History } from './check-history.js';

const whole: History = {
  tried: ['a', 'b', 'c', 'unknown'],
  acknowledged: ['a', 'b', 'c'],
  log: [
    { stream: 's', version: 1, operation: 'a' },
    { stream: 't', version: 1, operation: 'b' },
    { stream: 's', version: 2, operation: 'c' },
  ],
  applied: [
    { stream: 't', revision: 1, operation: 'b' },
    { stream: 's', revision: 1, operation: 'a' },
    { stream: 's', revision: 2, operation: 'c' },
  ],
};
const [b, a, c] = whole.applied as [History['applied'][number], History['applied'][number], History['applied'][number]];

describe('the history checker', () => {
  it('finds nothing wrong with a history that keeps every promise, whether an unanswered write happened or not', () => {
    expect(problemsOf(whole)).toEqual([]);
    const happened = { stream: 't', version: 2, operation: 'unknown' };
    expect(problemsOf({ ...whole, log: [...whole.log, happened], applied: [...whole.applied, { stream: 't', revision: 2, operation: 'unknown' }] })).toEqual([]);
  });

  it.each<[string, Partial<History>, RegExp]>([
    ['an acknowledged write that is lost', { acknowledged: ['a', 'b', 'c', 'unknown'] }, /unknown was acknowledged and is lost/],
    ['a write that happened twice', { log: [...whole.log, { stream: 't', version: 2, operation: 'b' }] }, /b happened 2 times/],
    ['an event out of nowhere', { tried: ['a', 'b'], acknowledged: [] }, /c, which nobody tried/],
    ['a gap in a stream', { log: whole.log.map((entry) => (entry.operation === 'c' ? { ...entry, version: 3 } : entry)) }, /version 3 of s where 2 is next/],
    ['an event that nobody applied', { applied: [b, a] }, /s: 2 events are in the log and 1 were applied/],
    ['an event that was skipped', { applied: [b, c] }, /revision 2 was applied where 1 was next/],
    ['an event that was applied twice', { applied: [b, a, a, c] }, /revision 1 was applied where 2 was next/],
    ['events applied in another order', { applied: [b, c, a] }, /revision 2 was applied where 1 was next/],
    ['something else than what happened', { applied: [b, { ...a, operation: 'c' }, c] }, /not what the log holds/],
  ])('finds %s', (_, change, problem) => {
    expect(problemsOf({ ...whole, ...change }).join('\n')).toMatch(problem);
  });
});
