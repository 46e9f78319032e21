import fc from 'fast-check';
import { LogLine } from '@windlass/contracts/logs/v1/log_batch';
import { acceptedLine, LONGEST_LINE_BYTES } from './accepted-line.js';

const accepted = (content: string, labels: Record<string, string> = {}) => acceptedLine(LogLine.fromPartial({ time_unix_nano: '1', content, labels }));

describe('an accepted line', () => {
  it('is the line as it was written', () => {
    const labels = { function: 'hello', request_id: 'r-1', 'my-tag.x': 'é' };
    expect(accepted('GET / 200\n', labels)).toEqual({ time: '1', content: 'GET / 200\n', labels });
  });

  it('has at most 64 KiB, ends with a whole character, and says how much of it is missing', () => {
    for (const given of ['x'.repeat(LONGEST_LINE_BYTES + 1), 'x' + '€'.repeat(LONGEST_LINE_BYTES), '\0'.repeat(LONGEST_LINE_BYTES)]) {
      const [, kept = '', missing] = /^(.*) \[line cut: (\d+) bytes more\]$/s.exec(accepted(given).content) ?? [];
      const clean = given.replaceAll('\0', '\uFFFD');
      expect(clean.startsWith(kept)).toBe(true);
      expect(Buffer.byteLength(kept) + Number(missing)).toBe(Buffer.byteLength(clean));
    }
    expect(accepted('x'.repeat(LONGEST_LINE_BYTES)).content).toBe('x'.repeat(LONGEST_LINE_BYTES));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }), fc.nat(3), (unit, offset) => {
        const { content } = accepted('x'.repeat(offset) + unit.repeat(LONGEST_LINE_BYTES));
        expect(Buffer.byteLength(content)).toBeLessThanOrEqual(LONGEST_LINE_BYTES);
        expect(Buffer.from(content).toString() === content).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('shows that there was a NUL character', () => {
    expect(accepted('a\0b').content).toBe('a\uFFFDb');
  });

  it('keeps 32 labels with proper keys and bounded values', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, 'v']));
    expect(Object.keys(accepted('', many).labels)).toHaveLength(32);
    expect(accepted('', { 'a b': '1', 'c=d': '2', '': '3', ok: 'v'.repeat(2000) }).labels).toEqual({ ok: 'v'.repeat(1024) });
  });
});
