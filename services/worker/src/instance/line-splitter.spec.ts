import { LineSplitter, LONGEST_LINE_BYTES, textOfLine } from './line-splitter.js';

function split(...chunks: Buffer[]): string[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()].map(textOfLine);
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

  it('cuts a line of a megabyte, says how much of it is missing, and goes on with the next', () => {
    const megabyte = Buffer.from(`${'x'.repeat(1024 * 1024)}\nnext`);
    const [cut = '', next] = split(megabyte);
    expect(next).toBe('next');
    const [, kept = '', missing] = /^(x+) \[line cut: (\d+) bytes more\]$/.exec(cut) ?? [];
    expect(kept.length + Number(missing)).toBe(1024 * 1024);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(LONGEST_LINE_BYTES);
    expect(kept.length).toBeGreaterThan(LONGEST_LINE_BYTES - 100);
    for (const at of [1, LONGEST_LINE_BYTES - 1, LONGEST_LINE_BYTES, LONGEST_LINE_BYTES + 1, 500_000]) {
      expect(split(megabyte.subarray(0, at), megabyte.subarray(at))).toEqual([cut, 'next']);
    }
  });

  it('keeps a line of the largest size whole, and cuts no character', () => {
    const largest = 'x'.repeat(LONGEST_LINE_BYTES);
    expect(split(Buffer.from(`${largest}\n`))).toEqual([largest]);
    for (const before of ['', 'x', 'xx', 'xxx']) {
      const [cut = ''] = split(Buffer.from(`${before}${'🎉'.repeat(LONGEST_LINE_BYTES)}\n`));
      expect(cut).toMatch(/^x*(🎉)+ \[line cut: \d+ bytes more\]$/u);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(LONGEST_LINE_BYTES);
    }
  });

  it('counts what is cut of bytes that are no UTF-8 after they were made text', () => {
    const [cut = ''] = split(Buffer.alloc(LONGEST_LINE_BYTES, 0x80));
    const [, kept = '', missing] = /^(\ufffd+) \[line cut: (\d+) bytes more\]$/.exec(cut) ?? [];
    expect(Buffer.byteLength(kept) + Number(missing)).toBe(3 * LONGEST_LINE_BYTES);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(LONGEST_LINE_BYTES);
    expect(split(Buffer.from([0x61, 0xff, 0x62, 0x0a]))).toEqual(['a\ufffdb']);
  });

  it('holds no more than one line of the largest size, however long a line becomes', () => {
    const splitter = new LineSplitter();
    const chunk = Buffer.alloc(1024 * 1024, 0x79);
    for (let nth = 0; nth < 100; nth += 1) expect([...splitter.push(chunk)]).toEqual([]);
    expect([...splitter.end()].map(({ bytes, cutBytes }) => [bytes.length, cutBytes])).toEqual([[LONGEST_LINE_BYTES, 100 * chunk.length - LONGEST_LINE_BYTES]]);
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
});
