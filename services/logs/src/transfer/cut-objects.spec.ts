import fc from 'fast-check';
import type { LogLine } from '../lines/index.js';
import { LONGEST_OBJECT, ObjectCutter, type ObjectLines } from './cut-objects.js';

const HOUR = 3_600_000_000_000n;
const START = 1_770_000_000_000_000_000n - (1_770_000_000_000_000_000n % HOUR);
const settings = { format: 'RAW', namePrefix: '', folder: '', timeZone: 'UTC' } as const;
const names = { group: 'g', stream: 's' };
const line = (lineNumber: bigint, content: string): LogLine => ({ lineNumber, content, labels: { function: 'f' } });

function cut(lines: readonly LogLine[], chosen: ConstructorParameters<typeof ObjectCutter>[0] = settings): ObjectLines[] {
  const cutter = new ObjectCutter(chosen, names);
  return [...lines.map((each) => cutter.add(each)), cutter.end()].filter((object) => object !== undefined);
}

describe('cutting lines into objects', () => {
  it('makes one for each hour, named by its first line, in folders of the time', () => {
    expect(cut([line(START, 'a'), line(START + HOUR - 1n, 'b'), line(START + HOUR, 'c')])).toEqual([
      { key: `g/s/2026/02/02/02/${START}.log.gz`, text: 'a\nb\n' },
      { key: `g/s/2026/02/02/03/${START + HOUR}.log.gz`, text: 'c\n' },
    ]);
  });

  it('names folders in the time zone, and what it was told before them', () => {
    const keys = (chosen: object) => cut([line(START, 'a')], { ...settings, ...chosen }).map(({ key }) => key);
    expect(keys({ timeZone: 'Asia/Shanghai', folder: 'logs/all/', namePrefix: 'x-' })).toEqual([`logs/all/g/s/2026/02/02/10/x-${START}.log.gz`]);
    expect(keys({ timeZone: '-05:30' })).toEqual([`g/s/2026/02/01/20/${START}.log.gz`]);
  });

  it('writes number and labels too where lines are JSON', () => {
    expect(cut([line(START, 'a "b"')], { ...settings, format: 'JSON' })).toEqual([
      { key: expect.stringMatching(/\.jsonl\.gz$/), text: `{"content":"a \\"b\\"","line_num":"${START}","labels":{"function":"f"}}\n` },
    ]);
  });

  it('ends an object before it grows too large', () => {
    const half = 'x'.repeat(LONGEST_OBJECT / 2);
    expect(cut([line(START, half), line(START + 1n, half), line(START + 2n, half)]).map(({ text }) => text.length)).toEqual([half.length + 1, half.length + 1, half.length + 1]);
  });

  it('cuts alike again from the end of any object on, and leaves out and repeats no line', () => {
    const steps = fc.array(fc.bigInt({ min: 1n, max: HOUR / 3n }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.nat(), (gaps, from) => {
        let number = START;
        const lines = gaps.map((gap, index) => line((number += gap), `line ${index}`));
        const objects = cut(lines);
        expect(objects.map(({ text }) => text).join('')).toBe(lines.map(({ content }) => `${content}\n`).join(''));
        expect(new Set(objects.map(({ key }) => key)).size).toBe(objects.length);
        const done = from % objects.length;
        const shipped = objects.slice(0, done).reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);
        expect(cut(lines.slice(shipped))).toEqual(objects.slice(done));
      }),
    );
  });
});
