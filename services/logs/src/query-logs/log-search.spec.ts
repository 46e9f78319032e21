import { QueryLogsRequest } from '@windlass/contracts/logs/v1/log_service';
import { readSearch } from './log-search.js';
import { pageOf } from './page.js';

const window = { start_time: '1770000000000', end_time: '1770000001000' };
const read = (fields: Partial<QueryLogsRequest>) => readSearch(QueryLogsRequest.fromPartial({ ...window, ...fields }));

describe('reading a query', () => {
  it('asks for the first 50 rows of the window, oldest first and highlighted, unless told otherwise', () => {
    expect(read({})).toEqual({
      from: 1770000000000000000n,
      to: 1770000001000999999n,
      labels: {},
      expression: undefined,
      descending: false,
      count: false,
      limit: 50,
      cursor: undefined,
      highlight: true,
      select: undefined,
    });
  });

  it('takes numbers and booleans as text or as themselves', () => {
    const asText = read({ is_desc: 'true', is_count: 'TRUE', highlight: 'false', limit: '3', is_iterative: 'false' });
    const asSelves = read({ start_time: 1770000000000, end_time: 1770000001000, is_desc: true, is_count: true, highlight: false, limit: 3, is_iterative: false });
    expect(asText).toEqual(asSelves);
    expect(asText).toMatchObject({ descending: true, count: true, highlight: false, limit: 3 });
  });

  it('takes labels of any plain value', () => {
    expect(read({ labels: { function: 'hello', attempt: 2, cold: true } }).labels).toEqual({ function: 'hello', attempt: '2', cold: 'true' });
  });

  it.each<[string, Partial<QueryLogsRequest>]>([
    ['start_time', { start_time: undefined }],
    ['end_time', { end_time: 'now' }],
    ['start_time', { start_time: '1770000001001' }],
    ['end_time', { start_time: String(1770000001000 - 180 * 86_400_000 - 1) }],
    ['limit', { limit: 0 }],
    ['limit', { limit: '5001' }],
    ['limit', { limit: 1.5 }],
    ['is_desc', { is_desc: 'yes' }],
    ['highlight', { highlight: 1 }],
    ['labels', { labels: ['a'] }],
    ['labels', { labels: { a: { b: 1 } } }],
    ['labels', { labels: { a: '\0' } }],
    ['search_type', { search_type: 'sideways' }],
    ['line_num', { search_type: 'backwards' }],
    ['line_num', { line_num: 1770000000000000000 }],
    ['line_num', { line_num: '17' }],
  ])('names %s when it cannot be: %j', (field, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'LTS.0009', message: expect.stringContaining(`: ${field} `) }));
  });

  it('finds an analysis behind a bar that is none of the search', () => {
    expect(read({ query: 'error | select count(*)' })).toMatchObject({ expression: { field: 'content' }, select: { items: [{ name: 'count(*)' }] } });
    expect(read({ keywords: '"a|b" || c | select count(*)' })).toMatchObject({ expression: { kind: 'any' }, select: {} });
    for (const query of ['* | select 1', ' | select 1', 'SELECT 1']) expect(read({ query })).toMatchObject({ expression: undefined, select: { items: [{ name: '1' }] } });
    expect(read({ query: 'a || "b | select 1"' }).select).toBeUndefined();
    expect(() => read({ query: 'a', is_analysis_query: true })).toThrow(/query has a SELECT behind a "|"/);
    expect(() => read({ query: 'a | select count(' })).toThrow(/at character 18/);
  });

  it('allows a window of 180 days', () => {
    expect(() => read({ start_time: String(1770000001000 - 180 * 86_400_000) })).not.toThrow();
  });
});

describe('paging with the cursor on row 5 of 8 and a limit of 3', () => {
  const line = (row: number): bigint => 1770000000000000000n + BigInt(row);
  const rows = (fields: Partial<QueryLogsRequest>): number[] => {
    const { from, to, order, turned } = pageOf(read(fields));
    const inRange = [1, 2, 3, 4, 5, 6, 7, 8].filter((row) => line(row) >= from && line(row) <= to);
    const taken = (order === 'ascending' ? inRange : inRange.reverse()).slice(0, 3);
    return turned ? taken.reverse() : taken;
  };
  const cursor = String(line(5));

  it.each<[string, Partial<QueryLogsRequest>, number[]]>([
    ['oldest first, forwards', { search_type: 'forwards', line_num: cursor }, [6, 7, 8]],
    ['newest first, forwards', { search_type: 'forwards', line_num: cursor, is_desc: true }, [4, 3, 2]],
    ['oldest first, backwards', { search_type: 'backwards', line_num: cursor }, [2, 3, 4]],
    ['newest first, backwards', { search_type: 'backwards', line_num: cursor, is_desc: true }, [8, 7, 6]],
    ['a cursor alone goes forwards', { line_num: cursor }, [6, 7, 8]],
    ['a cursor alone goes forwards, newest first', { line_num: cursor, is_desc: true }, [4, 3, 2]],
    ['forwards from nowhere starts', { search_type: 'forwards' }, [1, 2, 3]],
    ['init starts again', { search_type: 'init', line_num: cursor }, [1, 2, 3]],
    ['init starts again, newest first', { search_type: 'init', line_num: cursor, is_desc: true }, [8, 7, 6]],
    ['a cursor before the window skips nothing', { line_num: '1000000000000000000' }, [1, 2, 3]],
    ['a cursor after the window ends', { line_num: '9000000000000000000' }, []],
  ])('%s', (_promise, fields, expected) => expect(rows(fields)).toEqual(expected));
});
