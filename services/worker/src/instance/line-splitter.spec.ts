import { LineSplitter, LONGEST_LINE_BYTES } from './line-splitter.js';

function split(...chunks: Buffer[]): string[] {
  const splitter = new LineSplitter();
  const lines = chunks.flatMap((chunk) => [...splitter.push(chunk)].map(String));
  return [...lines, ...[...splitter.end()].map(String)];
}

describe('splitting output into lines', () => {
  it('takes away both kinds of line end and keeps empty lines and the unfinished last one', () => {
    expect(split(Buffer.from('a\n\nb\r\n\r\nc'))).toEqual(['a', '', 'b', '', 'c']);
  });

  it('gives the same lines wherever the chunks are cut', () => {
    const text = Buffer.from('größe\r\n漢字 🎉\nend');
    for (let cut = 0; cut <= text.length; cut++) {
      expect(split(text.subarray(0, cut), text.subarray(cut))).toEqual(['größe', '漢字 🎉', 'end']);
    }
  });

  it('cuts a long line into bounded pieces without cutting a character', () => {
    const text = `x${'🎉'.repeat(LONGEST_LINE_BYTES / 2)}`;
    const pieces = split(Buffer.from(`${text}\nnext`));
    expect(pieces.at(-1)).toBe('next');
    expect(pieces.slice(0, -1).join('')).toBe(text);
    for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(LONGEST_LINE_BYTES);
  });

  it('counts the same lines without making them, wherever the chunks are cut', () => {
    const text = Buffer.from(`a\n\nb\r\n${'x'.repeat(LONGEST_LINE_BYTES)}\n${'y'.repeat(3 * LONGEST_LINE_BYTES + 5)}\nz\nend`);
    const whole = split(text).length;
    for (const cut of [0, 1, 2, 5, 6, LONGEST_LINE_BYTES, LONGEST_LINE_BYTES + 6, LONGEST_LINE_BYTES + 7, 2 * LONGEST_LINE_BYTES, 4 * LONGEST_LINE_BYTES, text.length]) {
      const [skipping, both] = [new LineSplitter(), new LineSplitter()];
      expect(skipping.skip(text.subarray(0, cut)) + skipping.skip(text.subarray(cut)) + [...skipping.end()].length).toBe(whole);
      expect(both.skip(text.subarray(0, cut)) + [...both.push(text.subarray(cut))].length + [...both.end()].length).toBe(whole);
    }
  });

  it('makes progress on bytes that are no UTF-8', () => {
    const bytes = Buffer.alloc(LONGEST_LINE_BYTES * 2 + 10, 0x80);
    const splitter = new LineSplitter();
    const pieces = [...splitter.push(bytes), ...splitter.end()];
    expect(Buffer.concat(pieces)).toEqual(bytes);
  });
});
