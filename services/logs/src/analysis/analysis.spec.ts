import fc from 'fast-check';
import type { LogLine } from '../lines/index.js';
import { analyse } from './analysis.js';
import { parseSelect } from './parse-select.js';

const START = 1_770_000_000_000;

/** Lines a second apart. */
function linesOf(contents: readonly (object | string)[], labels: Record<string, string> = {}): LogLine[] {
  return contents.map((content, index) => ({ lineNumber: BigInt(START + index * 1000) * 1_000_000n, content: typeof content === 'string' ? content : JSON.stringify(content), labels }));
}

function run(select: string, contents: readonly (object | string)[], labels?: Record<string, string>) {
  const analysis = analyse(parseSelect(select));
  linesOf(contents, labels).every((line) => analysis.add(line));
  return analysis.result();
}

const REQUESTS = [
  { path: '/a', status: 200, ms: 10, user: 'ann' },
  { path: '/a', status: 500, ms: 30, user: 'bob' },
  { path: '/b', status: 200, ms: '20', user: 'ann', extra: { zone: 'eu' } },
  'plain text',
];

describe('an analysis', () => {
  it.each<[string, object[]]>([
    ['select count(*)', [{ 'count(*)': 4 }]],
    ['select count(*) as n, count(path) paths, count(distinct user) as users from log', [{ n: 4, paths: 3, users: 2 }]],
    ['select path, count(*) as n, avg(ms) as ms group by path order by n desc', [{ path: '/a', n: 2, ms: 20 }, { path: '/b', n: 1, ms: 20 }, { path: null, n: 1, ms: null }]],
    ['select path, max(ms) as slowest where status < 500 group by path order by path', [{ path: '/a', slowest: 10 }, { path: '/b', slowest: '20' }]],
    ['select path group by path having count(*) > 1', [{ path: '/a' }]],
    ['select sum(ms) / count(ms) as mean, min(ms), max(ms)', [{ mean: 20, 'min(ms)': 10, 'max(ms)': 30 }]],
    ['select user, ms where user is not null order by ms desc limit 2', [{ user: 'bob', ms: 30 }, { user: 'ann', ms: '20' }]],
    ["select upper(user) as u where path like '/_' and user not in ('bob') order by 1", [{ u: 'ANN' }, { u: 'ANN' }]],
    ['select extra.zone, "extra.zone" as z where extra.zone = \'eu\'', [{ 'extra.zone': 'eu', z: 'eu' }]],
    ["select time_bucket('2s') as t, count(*) as n group by t order by t", [{ t: START, n: 2 }, { t: START + 2000, n: 2 }]],
    ["select date_trunc('day', __time__) as day, count(*) as n group by 1", [{ day: Math.floor(START / 86_400_000) * 86_400_000, n: 4 }]],
    ['select percentile(ms, 0.5) as p50, approx_percentile(ms, 1) as p100', [{ p50: 20, p100: 30 }]],
    ['select count(*) where ms between 15 and 25', [{ 'count(*)': 1 }]],
    ['select count(*) where not (status = 200)', [{ 'count(*)': 1 }]],
    ['select coalesce(user, content) as who, round(ms / 3, 1) as third limit 1', [{ who: 'ann', third: 3.3 }]],
    ['select content where path is null', [{ content: 'plain text' }]],
    ['select -ms % 7 as m where ms = 10', [{ m: -3 }]],
    ["select count(*) as n where status = '200'", [{ n: 2 }]],
    ['select ms / 0 as never where ms = 10', [{ never: null }]],
    ["select count(*) as n where path = 'none' group by path", []],
    ["select count(*) as n where path = 'none'", [{ n: 0 }]],
  ])('%s', (select, rows) => expect(run(select, REQUESTS)).toEqual(rows));

  it('sees labels before fields of the line, and everything there is', () => {
    expect(run('select user, function where ms = 10', REQUESTS, { user: 'label', function: 'f' })).toEqual([{ user: 'label', function: 'f' }]);
    expect(run('select * limit 1', REQUESTS, { function: 'f' })).toEqual([{ path: '/a', status: 200, ms: 10, user: 'ann', function: 'f', line_num: `${START}000000`, __time__: START }]);
    expect(run('select * where path is null', REQUESTS)).toEqual([{ content: 'plain text', line_num: `${START + 3000}000000`, __time__: START + 3000 }]);
  });

  it('shows a hundred rows unless told otherwise, and needs no line after the last of them', () => {
    const many = Array.from({ length: 300 }, (_, n) => ({ n }));
    expect(run('select n', many)).toHaveLength(100);
    expect(run('select n group by n', many)).toHaveLength(100);
    const analysis = analyse(parseSelect('select n limit 3'));
    expect(linesOf(many).map((line) => analysis.add(line)).indexOf(false)).toBe(2);
  });

  it('sorts lines as if it held them all', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 2500 }), fc.integer({ min: 1, max: 20 }), (numbers, limit) => {
        const rows = run(`select n order by n desc limit ${limit}`, numbers.map((n) => ({ n })));
        expect(rows.map(({ n }) => n)).toEqual([...numbers].sort((a, b) => b - a).slice(0, limit));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['count(*)', /begins with SELECT \(at character 1\)/],
    ['select', /a field, a number or a text was expected \(at character 7\)/],
    ['select a b c', /"c" was not expected here \(at character 12\)/],
    ["select 'a", /a text is not closed.*\(at character 8\)/],
    ['select a; drop', /";" was not expected.*\(at character 9\)/],
    ['select nope(a)', /there is no function "nope".*\(at character 8\)/],
    ['select lower(a, b)', /lower takes 1 arguments, not 2 \(at character 8\)/],
    ['select a, count(*)', /"a" differs from line to line.*\(at character 8\)/],
    ['select count(*) group by a order by b', /"b" differs from line to line.*\(at character 37\)/],
    ['select a where count(*) > 1', /WHERE looks at single lines.*HAVING.*\(at character 16\)/],
    ['select sum(count(*))', /an aggregate stands in no other one \(at character 12\)/],
    ['select * group by a', /"\*" selects lines/],
    ['select percentile(a, 2)', /a number from 0 to 1 \(at character 22\)/],
    ['select percentile(a)', /takes a share too/],
    ['select a limit 0', /LIMIT takes a number from 1 to 5000 \(at character 16\)/],
    ['select a order by 3', /there is no column 3 \(at character 19\)/],
    ["select time_bucket('5x')", /time_bucket takes a text such as/],
    ['select a where b in ()', /was expected.*\(at character 22\)/],
    [`select ${'('.repeat(40)}a`, /nests deeper than 32/],
    [`select ${'-'.repeat(40)}1`, /nests deeper than 32/],
    [`select ${'a+'.repeat(600)}a`, /more than 500 parts/],
  ])('refuses %s, and says where', (select, message) => {
    expect(() => run(select, REQUESTS)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'LTS.0301', message: expect.stringMatching(message) }));
  });

  it('throws nothing but its own errors, whatever is asked', () => {
    const word = fc.constantFrom('select', 'a', ',', '(', ')', '*', 'count', 'from', 'where', 'group', 'by', 'order', 'limit', '1', "'t'", '"f"', 'and', 'not', 'in', 'like', '=', '<', '-', '+', 'is', 'null', 'having', 'sum');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        try {
          run(`select ${words.join(' ')}`, REQUESTS);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid', code: 'LTS.0301' });
        }
      }),
    );
  });

  it('says so when there are too many groups or values to hold', () => {
    const grouped = analyse(parseSelect('select n group by n'));
    const distinct = analyse(parseSelect('select count(distinct n)'));
    const add = (to: typeof grouped, n: number) => to.add({ lineNumber: 1n, content: `{"n":${n}}`, labels: {} });
    expect(() => Array.from({ length: 50_001 }, (_, n) => add(grouped, n))).toThrow(/more than 50000 groups/);
    expect(() => Array.from({ length: 200_001 }, (_, n) => add(distinct, n))).toThrow(/more than 200000 different values/);
  });
});
