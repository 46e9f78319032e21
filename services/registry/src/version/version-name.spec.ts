import { readVersionName } from './version-name.js';

const NOW = new Date('2026-03-09T01:02:03.456Z');

describe('the name of a version', () => {
  it('is the time of its publication when none is given', () => expect(readVersionName('', NOW)).toBe('v20260309-010203'));

  it.each(['1', 'v1.0', 'a_b-c.d', 'x'.repeat(42)])('may be %s', (name) => expect(readVersionName(name, NOW)).toBe(name));

  it.each(['latest', '.v', 'v-', '_v', 'a b', 'é', '!live', 'x'.repeat(43)])('may not be %s', (name) => {
    expect(() => readVersionName(name, NOW)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'FSS.1015' }));
  });
});
