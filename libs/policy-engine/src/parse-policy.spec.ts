import fc from 'fast-check';
import { CUSTOM_POLICY, parsePolicy, SYSTEM_POLICY } from './parse-policy.js';
import { POLICY_PROBLEMS } from './policy-problem.js';

const allow = { Effect: 'Allow', Action: ['functiongraph:function:list'] };
const policy = (...statements: unknown[]) => ({ Version: '1.1', Statement: statements });
const where = (resource: unknown, more = {}) => policy({ ...allow, Resource: resource, ...more });
const when = (condition: unknown) => policy({ ...allow, Condition: condition });
const long = (length: number) => 'a'.repeat(length);

function problemOf(json: unknown, limits = CUSTOM_POLICY) {
  const parsed = parsePolicy(json, { limits });
  return parsed.ok ? undefined : parsed.problem;
}

describe('a policy', () => {
  it.each<[string, unknown]>([
    ['one statement', policy(allow)],
    ['eight statements', policy(...Array.from({ length: 8 }, () => allow))],
    ['an effect in any case', policy({ ...allow, Effect: 'DENY' })],
    ['wildcards', policy({ ...allow, Action: ['*:*:*', 'obs:bucket:Get*', 'functiongraph:function:invoke*'] })],
    ['exceptions', policy({ Effect: 'Allow', NotAction: ['iam:*:*'] })],
    ['resources', where(['FUNCTIONGRAPH:*:*:function:Default/*', 'kms:local-1:*:KeyId:a:b'])],
    ['agencies in the old form', where({ uri: ['/iam/agencies/07805acaba800fdd4fbdc00b8f888c7c'] })],
    ['conditions', when({ StringStartWith: { 'g:UserName': ['a'] }, Bool: { 'g:MFAPresent': [true] }, NumberLessThan: { 'g:MFAAge': [300] } })],
    ['keys of services', when({ StringEquals: { 'obs:prefix': ['public'] } })],
  ])('may have %s', (_, json) => {
    expect(problemOf(json)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['IAM.1020', 'policy'],
    ['IAM.1020', []],
    ['IAM.1020', null],
    ['IAM.1020', { toJSON: () => 1n }],
    ['IAM.1021', policy({ ...allow, Resource: Array.from({ length: 10 }, () => `a:*:*:b:${long(700)}`) })],
    ['IAM.1024', { ...policy(allow), Version: '1.0' }],
    ['IAM.1024', { ...policy(allow), Version: 1.1 }],
    ['IAM.1025', { ...policy(allow), Depends: [] }],
    ['IAM.1027', { Version: '1.1' }],
    ['IAM.1027', policy('Allow')],
    ['IAM.1028', policy()],
    ['IAM.1028', policy(...Array.from({ length: 9 }, () => allow))],
    ['IAM.1029', policy({ ...allow, Effect: 'Permit' })],
    ['IAM.1029', policy({ Action: allow.Action })],
    ['IAM.1030', policy({ Effect: 'Allow' })],
    ['IAM.1030', policy({ ...allow, Action: 'functiongraph:*:*' })],
    ['IAM.1030', policy({ ...allow, Action: [] })],
    ['IAM.1030', policy({ ...allow, Action: [1] })],
    ['IAM.1031', policy({ ...allow, NotAction: allow.Action })],
    ['IAM.1033', policy({ ...allow, Action: Array.from({ length: 101 }, () => 'a:b:c') })],
    ['IAM.1034', policy({ ...allow, Action: [`a:b:${long(125)}`] })],
    ['IAM.1035', policy({ ...allow, Action: ['*'] })],
    ['IAM.1035', policy({ ...allow, Action: ['a:b'] })],
    ['IAM.1035', policy({ ...allow, Action: ['a:b:c:d'] })],
    ['IAM.1035', policy({ ...allow, Action: ['a::c'] })],
    // The first letter is Cyrillic.
    ['IAM.1035', policy({ ...allow, Action: ['\u0456am:users:list'] })],
    ['IAM.1037', where({ uri: [] })],
    ['IAM.1037', where({ uri: Array.from({ length: 21 }, () => '/iam/agencies/a') })],
    ['IAM.1038', where({ uri: ['/iam/users/a'] })],
    ['IAM.1039', where({ uri: ['/iam/agencies/a'] }, { Condition: { Bool: { 'g:MFAPresent': ['true'] } } })],
    ['IAM.1040', where([])],
    ['IAM.1040', where(Array.from({ length: 11 }, () => 'a:*:*:b:*'))],
    ['IAM.1041', where([' '])],
    ['IAM.1041', where([7])],
    ['IAM.1042', where([`a:*:*:b:${long(1493)}`])],
    ['IAM.1043', where(['a::*:b:c'])],
    ['IAM.1044', where(['a:/:*:b:c'])],
    ['IAM.1045', where(['*'])],
    ['IAM.1045', where([':*:*:b:c'])],
    ['IAM.1046', where(['a:*:*::c'])],
    ['IAM.1047', where(['a:*::b:c'])],
    ['IAM.1047', where(['a:*:*:b:c d'])],
    ['IAM.1047', where(['a:*:*:b:c\u200b'])],
    ['IAM.1048', where(['a:*:*:b:'])],
    ['IAM.1049', where('*')],
    ['IAM.1050', when({})],
    ['IAM.1050', when([])],
    ['IAM.1050', when({ StringEquals: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a:${index}`, ['b']])) })],
    ['IAM.1051', when({ StringEquals: null })],
    ['IAM.1051', when({ StringLike: { 'g:UserName': ['a'] } })],
    ['IAM.1052', when({ StringEquals: { 'g:username': ['a'] } })],
    ['IAM.1052', when({ StringEquals: { name: ['a'] } })],
    ['IAM.1053', when({ StringEquals: { 'g:UserName': 'a' } })],
    ['IAM.1054', when({ StringEquals: { 'g:UserName': [] } })],
    ['IAM.1054', when({ StringEquals: { 'g:UserName': Array.from({ length: 11 }, () => 'a') } })],
    ['IAM.1056', when({ StringEquals: { 'g:UserName': [''] } })],
    ['IAM.1056', when({ StringEquals: { 'g:UserName': [long(1025)] } })],
    ['IAM.1057', when({ StringEquals: { 'g:UserName': [{}] } })],
    ['IAM.1057', when({ StringEquals: { 'g:UserName': ['a\0b'] } })],
    ['IAM.1057', when({ NumberEquals: { 'g:MFAAge': ['old'] } })],
    ['IAM.1059', { ...policy(allow), Id: 'a' }],
    ['IAM.1059', policy({ ...allow, Principal: '*' })],
    ['IAM.1059', where({ uri: ['/iam/agencies/a'], more: 1 })],
  ])('is refused as %s: %j', (code, json) => {
    expect(problemOf(json)).toEqual({ code, reason: POLICY_PROBLEMS[code as keyof typeof POLICY_PROBLEMS], message: expect.stringMatching(/^\S.*\.$/s) });
  });

  it('of the system may be a role, which names the roles it goes with', () => {
    const role = { Version: '1.0', Statement: [allow], Depends: [{ catalog: 'BASE', display_name: 'Tenant Guest' }] };
    expect(problemOf(role, SYSTEM_POLICY)).toBeUndefined();
    expect(problemOf({ ...role, Version: '5.0' }, SYSTEM_POLICY)).toMatchObject({ code: 'IAM.1026' });
    expect(problemOf({ ...role, Depends: Array.from({ length: 21 }, () => ({})) }, SYSTEM_POLICY)).toMatchObject({ code: 'IAM.1058' });
    expect(problemOf({ ...role, Depends: [{ catalog: 1 }] }, SYSTEM_POLICY)).toMatchObject({ code: 'IAM.1060' });
    expect(problemOf({ ...role, Depends: ['Tenant Guest'] }, SYSTEM_POLICY)).toMatchObject({ code: 'IAM.1059' });
  });

  it('is read or refused, whatever it is', () => {
    const key = fc.oneof(fc.constantFrom('Version', 'Statement', 'Effect', 'Action', 'NotAction', 'Resource', 'Condition', 'uri', 'Bool', '__proto__'), fc.string());
    const leaf = fc.oneof(fc.constantFrom('1.1', 'Allow', 'Deny', 'a:b:c', 'a:*:*:b:*', 'g:UserName', 'true'), fc.anything({ withBigInt: true, withNullPrototype: true }));
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('json'), { maxLength: 4 }), fc.dictionary(key, tie('json'), { maxKeys: 5 })),
    }));
    fc.assert(
      fc.property(json, json, (anything, statement) => {
        for (const value of [anything, policy(statement), policy({ ...allow, Resource: anything }), policy({ ...allow, Condition: anything })]) {
          const problem = problemOf(value);
          if (problem !== undefined) expect(POLICY_PROBLEMS).toHaveProperty([problem.code]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
