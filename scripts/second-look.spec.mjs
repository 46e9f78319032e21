import { countsOf, filesToLookAtAgain, unsteadyFiles, withSecondLook } from './second-look.mjs';

const file = (name, ...statuses) => ({ name, status: statuses.includes('failed') ? 'failed' : 'passed', assertionResults: statuses.map((status) => ({ status })) });
const broken = (name) => ({ name, status: 'failed', assertionResults: [] });
const report = (...testResults) => ({ testResults });

describe('tests that failed beside others', () => {
  const first = report(file('a', 'passed', 'failed', 'pending'), file('b', 'passed'), broken('c'));

  it('are counted, and a file that could not even start is one of them', () => {
    expect(countsOf(first)).toEqual({ passed: 2, failed: 2, skipped: 1 });
    expect(countsOf(undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('run once more alone, when their files are few', () => {
    expect(filesToLookAtAgain(first)).toEqual(['a', 'c']);
    expect(filesToLookAtAgain(report(broken('a'), broken('b'), broken('c'), broken('d')))).toEqual([]);
    expect(filesToLookAtAgain(undefined)).toEqual([]);
  });

  it('fail when they fail again, or when the second run says nothing of them', () => {
    const second = report(file('a', 'passed', 'failed', 'pending'));
    expect(countsOf(withSecondLook(first, second))).toEqual({ passed: 2, failed: 2, skipped: 1 });
    expect(countsOf(withSecondLook(first, undefined)).failed).toBe(2);
    expect(unsteadyFiles(first, second)).toEqual([]);
  });

  it('pass, and are told of by name, when they pass alone', () => {
    const second = report(file('a', 'passed', 'passed', 'pending'), file('c', 'passed'));
    expect(countsOf(withSecondLook(first, second))).toEqual({ passed: 4, failed: 0, skipped: 1 });
    expect(unsteadyFiles(first, second)).toEqual(['a', 'c']);
  });
});
