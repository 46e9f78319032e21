import fc from 'fast-check';
import { evaluate, type PolicyRequest } from './evaluate.js';
import { parsePolicy, SYSTEM_POLICY } from './parse-policy.js';
import { parseResourceName } from './resource.js';
import type { Statement } from './statement.js';

interface Held {
  readonly name: string;
  readonly statement: Statement;
}

function held(source: object, name = 'statement'): Held {
  const parsed = parsePolicy({ Version: '1.1', Statement: [source] }, { limits: SYSTEM_POLICY });
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return { name, statement: parsed.policy.statements[0]! };
}

function request(action: string, resource = 'functiongraph:local-1:d1:function:default/hello', context = {}): PolicyRequest {
  return { action, resource: parseResourceName(resource)!, context };
}

const allowing = (action: string, resource?: string): Held => held({ Effect: 'Allow', Action: [action], ...(resource === undefined ? {} : { Resource: [resource] }) });
const decide = (action: string, resource: string | undefined, ...statements: Held[]) => evaluate(request(action, resource), statements).decision;

describe('a decision', () => {
  it('is no when nothing is said', () => {
    expect(evaluate(request('functiongraph:function:list'), [])).toEqual({ decision: 'deny', reason: 'NO_STATEMENT_ALLOWS', by: [] });
  });

  it('names the statements that made it', () => {
    const [full, read, other] = [held({ Effect: 'Allow', Action: ['functiongraph:*:*'] }, 'full'), held({ Effect: 'Allow', Action: ['*:*:get*'] }, 'read'), allowing('kms:*:*')];
    expect(evaluate(request('functiongraph:function:getConfig'), [full, other, read])).toEqual({ decision: 'allow', reason: 'ALLOWED_BY_STATEMENT', by: [full, read] });
    const never = held({ Effect: 'Deny', Action: ['functiongraph:function:*'] }, 'never');
    expect(evaluate(request('functiongraph:function:getConfig'), [full, never, read])).toEqual({ decision: 'deny', reason: 'DENIED_BY_STATEMENT', by: [never] });
  });

  it.each([
    ['functiongraph:function:list', 'functiongraph:function:list', 'allow'],
    ['FunctionGraph:Function:LIST', 'functiongraph:function:list', 'allow'],
    ['functiongraph:*:*', 'functiongraph:trigger:create', 'allow'],
    ['functiongraph:function:invoke*', 'functiongraph:function:invokeAsync', 'allow'],
    ['*:*:get*', 'kms:cmk:get', 'allow'],
    ['functiongraph:function:list', 'functiongraph:function:listFunctions', 'allow'],
    ['functiongraph:function:createFunction', 'functiongraph:function:create', 'allow'],
    ['functiongraph:function:getConfig', 'functiongraph:function:getFunctionConfig', 'allow'],
    ['functiongraph:function:create', 'functiongraph:function:createVersion', 'deny'],
    ['functiongraph:function:invoke', 'functiongraph:function:invokeAsync', 'deny'],
    ['kms:dek:crypto', 'kms:dek:decrypt', 'allow'],
    ['kms:dek:crypto', 'kms:dek:encrypt', 'allow'],
    ['kms:dek:crypto', 'kms:dek:create', 'deny'],
    ['kms:dek:decrypt', 'kms:dek:crypto', 'deny'],
    // A wildcard stays within its part.
    ['*:*:*', 'functiongraph:function', 'deny'],
    ['functiongraph*:list:*', 'functiongraph:function:list', 'deny'],
  ])('for "%s" on %s is %s', (allowed, action, decision) => {
    expect(decide(action, undefined, allowing(allowed))).toBe(decision);
  });

  it.each([
    ['FUNCTIONGRAPH:*:*:function:default/hello', 'allow'],
    ['functiongraph:*:*:function:default/*', 'allow'],
    ['functiongraph:local-1:d1:*:*', 'allow'],
    ['functiongraph:local-*:*:function:*/hello', 'allow'],
    ['functiongraph:*:*:function:other/*', 'deny'],
    ['functiongraph:*:*:function:default', 'deny'],
    ['functiongraph:*:*:Function:*', 'deny'],
    ['functiongraph:local-2:*:function:*', 'deny'],
    ['functiongraph:*:d2:function:*', 'deny'],
    ['kms:*:*:function:*', 'deny'],
  ])('about the resource %s is %s', (resource, decision) => {
    expect(decide('functiongraph:function:getConfig', undefined, allowing('functiongraph:*:*', resource))).toBe(decision);
  });

  it('about a path with colons takes all of it', () => {
    expect(decide('kms:cmk:get', 'kms:r:d:KeyId:alias:a', allowing('kms:*:*', 'kms:*:*:KeyId:alias:*'))).toBe('allow');
  });

  it('about agencies in the old form is about those agencies', () => {
    const assume = held({ Effect: 'Allow', Action: ['iam:agencies:assume'], Resource: { uri: ['/iam/agencies/a1'] } });
    expect(decide('iam:agencies:assume', 'iam::d1:agency:a1', assume)).toBe('allow');
    expect(decide('iam:agencies:assume', 'iam::d1:agency:a2', assume)).toBe('deny');
  });

  it('of NotAction is about every other action, under all of its names', () => {
    const others = held({ Effect: 'Allow', NotAction: ['functiongraph:function:delete'] });
    expect(decide('functiongraph:function:create', undefined, others)).toBe('allow');
    expect(decide('functiongraph:function:delete', undefined, others)).toBe('deny');
    expect(decide('functiongraph:function:deleteFunction', undefined, others)).toBe('deny');
  });

  it('asks for every operator and key of a condition', () => {
    const both = held({ Effect: 'Allow', Action: ['a:b:c'], Condition: { StringEquals: { 'g:UserName': ['ann'], 'g:ProjectName': ['p'] }, Bool: { 'g:MFAPresent': ['true'] } } });
    const context = { 'g:UserName': 'ann', 'g:ProjectName': 'p', 'g:MFAPresent': 'true' };
    expect(evaluate(request('a:b:c', undefined, context), [both]).decision).toBe('allow');
    for (const key of Object.keys(context)) expect(evaluate(request('a:b:c', undefined, { ...context, [key]: 'other' }), [both]).decision).toBe('deny');
  });

  it('about what is no action is no', () => {
    for (const action of ['', 'list', 'a:b', '::', 'a:b:c:d']) expect(decide(action, undefined, allowing('*:*:*'))).toBe('deny');
  });

  describe('over any statements', () => {
    const service = fc.constantFrom('functiongraph', 'kms', '*');
    const operation = fc.constantFrom('create', 'createFunction', 'get', 'c*', '*');
    const action = fc.tuple(service, fc.constantFrom('function', '*'), operation).map((parts) => parts.join(':'));
    const resource = fc.constantFrom('functiongraph:*:*:function:default/*', 'kms:*:*:*:*', 'functiongraph:*:*:function:other/*');
    const statementOf = (effect: string) =>
      fc
        .record({ actions: fc.array(action, { minLength: 1, maxLength: 3 }), not: fc.boolean(), resources: fc.option(fc.array(resource, { minLength: 1, maxLength: 2 }), { nil: undefined }) })
        .map(({ actions, not, resources }) => held({ Effect: effect, [not ? 'NotAction' : 'Action']: actions, ...(resources === undefined ? {} : { Resource: resources }) }));
    const statements = fc.array(fc.constantFrom('Allow', 'Allow', 'Deny').chain(statementOf), { maxLength: 6 });
    const asked = fc.constantFrom('functiongraph:function:create', 'functiongraph:function:get', 'kms:function:create').map((name) => request(name));

    it('does not depend on their order', () => {
      const shuffled = statements.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
      fc.assert(
        fc.property(asked, shuffled, (wanted, [list, other]) => {
          const [one, two] = [evaluate(wanted, list), evaluate(wanted, other)];
          expect([two.decision, two.reason, new Set(two.by)]).toEqual([one.decision, one.reason, new Set(one.by)]);
        }),
      );
    });

    it('never turns to no when one more allows, nor to yes when one more denies', () => {
      fc.assert(
        fc.property(asked, statements, statementOf('Allow'), statementOf('Deny'), (wanted, list, allowed, denied) => {
          const before = evaluate(wanted, list);
          if (before.decision === 'allow') expect(evaluate(wanted, [...list, allowed]).decision).toBe('allow');
          else expect(evaluate(wanted, [...list, denied]).decision).toBe('deny');
          // What was denied by a statement stays denied, whoever allows.
          if (before.reason === 'DENIED_BY_STATEMENT') expect(evaluate(wanted, [...list, allowed])).toEqual(before);
        }),
      );
    });
  });
});
