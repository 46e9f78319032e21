import { readRollback } from './read-rollback.js';

const PLAN = 'p'.repeat(43);

describe('what a request for a rollback says', () => {
  it('is all parts when it names none, and each once in one order', () => {
    expect(readRollback({ parts: [], plan: PLAN, dry_run: false })).toEqual({ parts: ['code', 'configuration', 'triggers'], plan: PLAN });
    expect(readRollback({ parts: ['triggers', 'code', 'triggers'], plan: '', dry_run: true })).toEqual({ parts: ['code', 'triggers'], plan: undefined });
  });

  it('is refused without a dry run before it, and for parts that are none', () => {
    const refused: [object, RegExp][] = [
      [{ plan: '' }, /plan is missing: make a dry run/],
      [{ plan: 'short' }, /plan is not one/],
      [{ plan: PLAN, dry_run: true }, /Leave plan out/],
      [{ parts: ['aliases'], plan: PLAN }, /"aliases". Use code, configuration, triggers/],
    ];
    for (const [request, message] of refused) expect(() => readRollback({ parts: [], plan: '', dry_run: false, ...request })).toThrow(message);
  });
});
