import fc from 'fast-check';
import { parseUserData, requireDistinctKeys } from './user-data.js';

const parse = (text: string): object => parseUserData('user_data', text);

describe('user data', () => {
  it('is a JSON object of strings, and nothing is no entries', () => {
    expect(parse('')).toEqual({});
    expect(parse('{}')).toEqual({});
    expect(parse('{"A_1":"x","b":""}')).toEqual({ A_1: 'x', b: '' });
  });

  it.each(['x', '[]', 'null', '"a"', '{"A":1}', '{"A":null}', '{"1A":"x"}', '{"A-B":"x"}', '{"":"x"}', '{"__proto__":"x"}', '{"A":"\\u0000"}'])('of the form %s is refused', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'FSS.1009' }));
  });

  it.each(['RUNTIME_CODE_ROOT', 'RUNTIME_ANYTHING'])('may not set %s, which is the platform\'s', (key) => {
    expect(() => parse(JSON.stringify({ [key]: 'x' }))).toThrow(expect.objectContaining({ code: 'FSS.1009', message: expect.stringContaining(key) }));
  });

  it('has at most 20 entries', () => {
    const entries = (count: number): string => JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`K${i}`, 'x'])));
    expect(Object.keys(parse(entries(20)))).toHaveLength(20);
    expect(() => parse(entries(21))).toThrow(expect.objectContaining({ code: 'FSS.1017' }));
  });

  it('has at most 4096 characters', () => {
    const text = (length: number): string => JSON.stringify({ A: 'x'.repeat(length - 8) });
    parse(text(4096));
    expect(() => parse(text(4097))).toThrow(expect.objectContaining({ code: 'FSS.1018' }));
  });

  it('of any text is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid', code: expect.stringMatching(/^FSS\.10(09|17|18)$/) });
        }
      }),
    );
  });

  it('gives a name once', () => {
    requireDistinctKeys({ A: '1' }, { B: '2' });
    expect(() => requireDistinctKeys({ A: '1' }, { A: '2' })).toThrow(expect.objectContaining({ code: 'FSS.1009' }));
  });
});
