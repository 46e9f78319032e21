import { durationText, readDuration } from './agency-duration.js';

describe('the duration of an agency', () => {
  it.each([
    [undefined, 'FOREVER'],
    [null, 'FOREVER'],
    ['', 'FOREVER'],
    ['FOREVER', 'FOREVER'],
    ['ONEDAY', '24'],
    [1, '24'],
    ['20', '480'],
    [3650, '87600'],
  ])('%j is answered as "%s", in hours', (given, text) => {
    expect(durationText(readDuration(given))).toBe(text);
  });

  it.each([0, -1, 1.5, 3651, '0', '-1', '1.5', '1e3', 'TWODAYS', true, {}, [1], Number.NaN])('%j is refused', (given) => {
    expect(() => readDuration(given)).toThrow(expect.objectContaining({ kind: 'invalid', reason: 'DURATION_INVALID' }));
  });
});
