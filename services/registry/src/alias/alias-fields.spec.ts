import { aliasTargets } from './alias.state.js';
import { readAdditionalVersion, readAliasDescription, requireAliasName } from './alias-fields.js';

const rule = { rule_type: 'Header', param: 'X-Stage', op: '=', value: 'beta' };
const fields = (additional_version_weights: Record<string, number>, additional_version_strategy: Record<string, { rules: (typeof rule)[]; combine_type: string }> = {}) => ({
  description: '',
  additional_version_weights,
  additional_version_strategy,
});
const ruled = (change: Partial<typeof rule>, combine_type = 'and') => fields({}, { v2: { rules: [{ ...rule, ...change }], combine_type } });

describe('the fields of an alias', () => {
  it.each(['a', 'live', 'a-b_c9', `a${'b'.repeat(63)}`])('may be named %s', (name) => expect(requireAliasName(name)).toBe(name));
  it.each(['', '1a', 'a-', '!a', 'a b', `a${'b'.repeat(64)}`, 'a\0'])('may not be named %j', (name) => {
    expect(() => requireAliasName(name)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'FSS.1014' }));
  });
  it('have a description of bounded length', () => {
    expect(() => readAliasDescription('x'.repeat(513))).toThrow(expect.objectContaining({ code: 'FSS.1019', message: expect.stringContaining('512') }));
  });

  it('may ask for no additional version, and for a weight', () => {
    expect(readAdditionalVersion(fields({}))).toBeUndefined();
    expect(readAdditionalVersion(fields({ v2: 100 }))).toEqual({ kind: 'weight', version: 'v2', percent: 100 });
  });

  it('keep rules as they were written, and read them regardless of letter case', () => {
    const additional = readAdditionalVersion(ruled({ op: 'in', value: 'beta, canary' }, 'OR'));
    expect(additional).toEqual({ kind: 'rules', version: 'v2', combineType: 'OR', rules: [{ ...rule, op: 'in', value: 'beta, canary' }] });
    expect(aliasTargets({ version: 'v1', additional: additional! })).toEqual({
      version: 'v1',
      additional: { version: 'v2', share: { kind: 'rules', match: 'any', rules: [{ source: 'header', name: 'X-Stage', values: ['beta', 'canary'] }] } },
    });
  });

  it.each([
    [fields({ v2: 101 }), 'FSS.1092'],
    [fields({ v2: 1, v3: 1 }), 'FSS.1091'],
    [fields({ v2: 1 }, { v2: { rules: [], combine_type: '' } }), 'FSS.1091'],
    [ruled({}, 'xor'), 'FSS.0400'],
    [ruled({ rule_type: 'query' }), 'FSS.0400'],
    [ruled({ op: '!=' }), 'FSS.0400'],
    [ruled({ param: 'x y' }), 'FSS.0400'],
    [ruled({ param: '' }), 'FSS.0400'],
    [ruled({ value: 'a\nb' }), 'FSS.0400'],
    [ruled({ value: 'x'.repeat(1025) }), 'FSS.0400'],
    [fields({}, { v2: { rules: Array.from({ length: 11 }, () => rule), combine_type: 'and' } }), 'FSS.0400'],
  ])('%j fail with %s', (bad, code) => expect(() => readAdditionalVersion(bad)).toThrow(expect.objectContaining({ kind: 'invalid', code })));
});
