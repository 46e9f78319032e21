import fc from 'fast-check';
import { chooseVersion, isExtraTurn, type AliasTargets, type RoutingRule } from './index.js';

const weighted = (percent: number): AliasTargets => ({ version: 'v1', additional: { version: 'v2', share: { kind: 'weight', percent } } });
const ruled = (rules: readonly RoutingRule[], match: 'all' | 'any' = 'all'): AliasTargets => ({ version: 'v1', additional: { version: 'v2', share: { kind: 'rules', rules, match } } });
const beta: RoutingRule = { source: 'header', name: 'X-Stage', values: ['beta', 'canary'] };
const member: RoutingRule = { source: 'cookie', name: 'tier', values: ['gold'] };

describe('an alias without an additional version', () => {
  it('sends everything to its version', () => expect(chooseVersion({ version: 'v1' }, 7, [['X-Stage', 'beta']])).toBe('v1'));
});

describe('an alias with a weight', () => {
  it('is exact over 100,000 requests', () => {
    for (const percent of [0, 1, 7, 33, 50, 90, 99, 100]) {
      const targets = weighted(percent);
      let extra = 0;
      for (let turn = 0; turn < 100_000; turn += 1) if (chooseVersion(targets, turn, []) === 'v2') extra += 1;
      expect(extra).toBe(percent * 1_000);
    }
  });

  it('is never off by one request, in any run of requests, wherever it begins', () => {
    const property = fc.property(fc.integer({ min: 0, max: 100 }), fc.nat({ max: 2 ** 40 }), fc.nat({ max: 500 }), (percent, start, length) => {
      let extra = 0;
      for (let turn = start; turn < start + length; turn += 1) if (isExtraTurn(turn, percent)) extra += 1;
      expect(Math.abs(extra - (length * percent) / 100)).toBeLessThan(1);
    });
    fc.assert(property);
  });

  it('does not look at the request', () => expect(chooseVersion(weighted(0), 0, [['X-Stage', 'beta']])).toBe('v1'));
});

describe('an alias with rules', () => {
  it.each<[string, AliasTargets, [string, string][], string]>([
    ['a header with the value', ruled([beta]), [['x-stage', ' beta ']], 'v2'],
    ['one of several values', ruled([beta]), [['X-STAGE', 'canary']], 'v2'],
    ['another value', ruled([beta]), [['X-Stage', 'Beta']], 'v1'],
    ['no such header', ruled([beta]), [], 'v1'],
    ['a header that comes twice', ruled([beta]), [['X-Stage', 'x'], ['X-Stage', 'beta']], 'v2'],
    ['a cookie among others', ruled([member]), [['Cookie', 'a=1; tier=gold; b=2']], 'v2'],
    ['a cookie in a line of its own', ruled([member]), [['Cookie', 'a=1'], ['cookie', 'tier=gold']], 'v2'],
    ['a cookie of another letter case', ruled([member]), [['Cookie', 'Tier=gold']], 'v1'],
    ['a cookie whose value holds the other', ruled([member]), [['Cookie', 'a=tier=gold']], 'v1'],
    ['one of two that must both match', ruled([beta, member]), [['X-Stage', 'beta']], 'v1'],
    ['both that must match', ruled([beta, member]), [['X-Stage', 'beta'], ['Cookie', 'tier=gold']], 'v2'],
    ['one of two that may match', ruled([beta, member], 'any'), [['Cookie', 'tier=gold']], 'v2'],
    ['no rules at all', ruled([], 'all'), [['X-Stage', 'beta']], 'v1'],
  ])('decides by %s', (_, targets, fields, version) => expect(chooseVersion(targets, 0, fields)).toBe(version));

  it('decides alike whatever the turn', () => {
    fc.assert(fc.property(fc.nat(), (turn) => expect(chooseVersion(ruled([beta]), turn, [['X-Stage', 'beta']])).toBe('v2')));
  });
});
