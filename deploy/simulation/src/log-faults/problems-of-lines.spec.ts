import { problemsOfLines } from './problems-of-lines.js';

describe('the checker of lines', () => {
  const acknowledged = new Map([['a', 2], ['b', 1]]);
  const whole = ['line a 1', 'line b 1', 'line a 2', 'line a 3'];

  it('finds nothing wrong where all that was acknowledged is there once, with or without what was not', () => {
    expect(problemsOfLines(whole, acknowledged)).toEqual([]);
    expect(problemsOfLines(whole.slice(0, 3), acknowledged)).toEqual([]);
  });

  it.each([
    ['a lost end', whole.slice(0, 2), /a ends with line 1, and 2 was acknowledged/],
    ['a lost instance', whole.filter((line) => !line.startsWith('line b')), /b ends with line 0/],
    ['a gap', ['line a 1', 'line a 3', 'line b 1'], /lines 2 to 2 of a are missing/],
    ['a line that is there twice', [...whole, 'line a 3'], /line 3 of a is there again/],
    ['another order', ['line a 2', 'line a 1', 'line b 1'], /missing/],
    ['something else', [...whole, '7 lines dropped: why'], /was not written/],
  ])('finds %s', (_, lines, problem) => expect(problemsOfLines(lines, acknowledged).join('\n')).toMatch(problem));
});
