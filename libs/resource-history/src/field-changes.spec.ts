import fc from 'fast-check';
import { asJson, fieldChanges, hideValues, type Json, type JsonObject } from './field-changes.js';

describe('the changes between two objects', () => {
  it('name each field that differs, with what it was and what it is', () => {
    const before = { name: 'hello', memory: 128, tags: { team: 'a', 'cost.center': '1' }, list: [1, 2], gone: true };
    const after = { name: 'hello', memory: 256, tags: { team: 'b', 'cost.center': '2' }, list: [1], made: { at: 'x', by: {} } };
    expect(fieldChanges(before, after)).toEqual([
      { field: 'gone', old: true },
      { field: 'list', old: [1, 2], new: [1] },
      { field: 'made.at', new: 'x' },
      { field: 'made.by', new: {} },
      { field: 'memory', old: 128, new: 256 },
      { field: 'tags["cost.center"]', old: '1', new: '2' },
      { field: 'tags.team', old: 'a', new: 'b' },
    ]);
  });

  it('tell what is null from what is not there', () => {
    expect(fieldChanges({ a: null }, { b: null })).toEqual([{ field: 'a', old: null }, { field: 'b', new: null }]);
  });

  const objects = fc.dictionary(fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'), fc.jsonValue()) as fc.Arbitrary<JsonObject>;

  it('are none exactly when the two are equal, and the same in reverse', () => {
    fc.assert(
      fc.property(objects, objects, (left, right) => {
        const [before, after] = [asJson(left), asJson(right)];
        expect(fieldChanges(before, before)).toEqual([]);
        const reversed = fieldChanges(after, before).map(({ field, old, new: now }) => withoutAbsent({ field, old: now, new: old }));
        expect(fieldChanges(before, after).map(withoutAbsent)).toEqual(reversed);
        expect(fieldChanges(before, after).length === 0).toBe(JSON.stringify(sorted(before)) === JSON.stringify(sorted(after)));
      }),
    );
  });

  it('keep back the values of hidden fields and of all below them', () => {
    const changes = fieldChanges({ env: { A: '1', 'B.C': '2' }, environment: 'x' }, { env: { A: '3' }, environment: 'y' });
    expect(hideValues(changes, ['env'])).toEqual([
      { field: 'env.A', old: '***', new: '***' },
      { field: 'env["B.C"]', old: '***' },
      { field: 'environment', old: 'x', new: 'y' },
    ]);
  });
});

function withoutAbsent(change: object): object {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((inner) => sorted(inner as Json));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner as Json)]));
}
