import fc from 'fast-check';
import { jsonField } from './json-fields.js';
import { spanOfField } from './json-spans.js';

const key = fc.constantFrom('a', 'b', 'a.b', 'é"\\', '');
const object = fc.dictionary(key, fc.letrec<{ value: unknown }>((tie) => ({ value: fc.oneof({ depthIdentifier: 'json' }, fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(true, false, null), fc.array(tie('value'), { depthIdentifier: 'json' }), fc.dictionary(key, tie('value'), { depthIdentifier: 'json' })) })).value);

describe('where a field of JSON stands', () => {
  it('is where its value is, whatever the object, the name and the blanks are', () => {
    fc.assert(
      fc.property(object, fc.array(key, { minLength: 1, maxLength: 3 }).map((keys) => keys.join('.')), fc.constantFrom(undefined, 2, '\t'), (value, name, indent) => {
        const json = ` ${JSON.stringify(value, undefined, indent)}`;
        const parsed = JSON.parse(json) as Record<string, unknown>;
        const span = spanOfField(json, name);
        expect(span === undefined ? undefined : JSON.parse(json.slice(span.start, span.end))).toEqual(jsonField(parsed, name));
      }),
    );
  });

  it('is the last of several with the same key', () => {
    const json = '{"a":1,"a":{"b":2}}';
    expect(spanOfField(json, 'a.b')).toEqual({ start: 16, end: 17 });
    expect(spanOfField(json, 'c')).toBeUndefined();
  });
});
