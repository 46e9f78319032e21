import { afterFailure, isLocked, noFailures, type LogInFailures } from './lockout.js';

const minute = (number: number) => new Date(number * 60_000);
const failAt = (...minutes: number[]): LogInFailures => minutes.map(minute).reduce(afterFailure, noFailures);

describe('the lock after failed log-ins', () => {
  it('stays open after four failures', () => {
    expect(isLocked(failAt(0, 1, 2, 3), minute(3))).toBe(false);
  });

  it('closes with the fifth failure within 15 minutes, for 15 minutes', () => {
    const failures = failAt(0, 1, 2, 3, 14);
    expect(isLocked(failures, minute(14))).toBe(true);
    expect(isLocked(failures, minute(28.9))).toBe(true);
    expect(isLocked(failures, minute(29))).toBe(false);
  });

  it('stays open when the first of five failures is 15 minutes old', () => {
    expect(isLocked(failAt(0, 1, 2, 3, 15), minute(15))).toBe(false);
  });

  it('counts from the beginning once it opened again', () => {
    const failures = [minute(30), minute(31), minute(32), minute(33)].reduce(afterFailure, failAt(0, 1, 2, 3, 4));
    expect(isLocked(failures, minute(33))).toBe(false);
    expect(isLocked(afterFailure(failures, minute(34)), minute(34))).toBe(true);
  });
});
