import fc from 'fast-check';
import { parsePolicy, CUSTOM_POLICY } from './parse-policy.js';
import { parseResourceName } from './resource.js';
import { evaluateInEnterpriseProject, evaluateScoped, type Place, type Scope, type ScopedStatement } from './scope.js';

const request = { action: 'functiongraph:function:create', resource: parseResourceName('functiongraph:local-1:d1:function:default/hello')!, context: {} };
const project: Place = { kind: 'project', id: 'p1' };
const domain: Place = { kind: 'domain' };

function scoped(effect: 'Allow' | 'Deny', scope: Scope, action = 'functiongraph:*:*'): ScopedStatement {
  const parsed = parsePolicy({ Version: '1.1', Statement: [{ Effect: effect, Action: [action] }] }, { limits: CUSTOM_POLICY });
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return { statement: parsed.policy.statements[0]!, scope };
}
const within = (effect: 'Allow' | 'Deny', id: string): ScopedStatement => scoped(effect, { kind: 'enterprise_project', id });
const reach = (...statements: ScopedStatement[]) => {
  const decided = evaluateScoped(request, project, statements);
  return decided.decision === 'allow' ? decided.reach : decided.reason;
};

describe('a decision over scopes', () => {
  it.each<[Scope, Place, 'allow' | 'deny']>([
    [{ kind: 'project', id: 'p1' }, project, 'allow'],
    [{ kind: 'project', id: 'p2' }, project, 'deny'],
    [{ kind: 'project', id: 'p1' }, domain, 'deny'],
    [{ kind: 'domain' }, domain, 'allow'],
    [{ kind: 'domain' }, project, 'deny'],
    [{ kind: 'all_projects' }, project, 'allow'],
    [{ kind: 'all_projects' }, domain, 'allow'],
  ])('for a grant on %j in %j is %s', (scope, place, decision) => {
    expect(evaluateScoped(request, place, [scoped('Allow', scope)]).decision).toBe(decision);
  });

  it('reaches every enterprise project when the grant is on the project', () => {
    expect(reach(scoped('Allow', { kind: 'project', id: 'p1' }), within('Allow', 'e1'))).toEqual({ kind: 'all' });
  });

  it('reaches only the enterprise projects that are granted', () => {
    expect(reach(within('Allow', 'e1'), within('Allow', 'e2'), within('Deny', 'e2'))).toEqual({ kind: 'only', ids: ['e1'] });
  });

  it('leaves out the enterprise projects that are denied', () => {
    expect(reach(scoped('Allow', { kind: 'all_projects' }), within('Deny', 'e1'))).toEqual({ kind: 'all_but', ids: ['e1'] });
  });

  it('is no everywhere when the place denies', () => {
    expect(reach(within('Allow', 'e1'), scoped('Deny', { kind: 'project', id: 'p1' }))).toBe('DENIED_BY_STATEMENT');
  });

  it('is no when all that is granted is denied again, and when nothing is granted', () => {
    expect(reach(within('Allow', 'e1'), within('Deny', 'e1'))).toBe('DENIED_BY_STATEMENT');
    expect(reach()).toBe('NO_STATEMENT_ALLOWS');
    expect(reach(scoped('Allow', { kind: 'enterprise_project', id: 'e1' }, 'kms:*:*'))).toBe('NO_STATEMENT_ALLOWS');
  });

  it('about one enterprise project takes its statements and those of the place', () => {
    const statements = [scoped('Allow', { kind: 'project', id: 'p1' }), within('Deny', 'e1')];
    expect(evaluateInEnterpriseProject(request, project, 'e1', statements)).toMatchObject({ decision: 'deny', by: [statements[1]] });
    expect(evaluateInEnterpriseProject(request, project, 'e2', statements)).toMatchObject({ decision: 'allow', by: [statements[0]] });
    expect(evaluateInEnterpriseProject(request, project, 'e2', [within('Allow', 'e1')])).toMatchObject({ decision: 'deny', reason: 'NO_STATEMENT_ALLOWS' });
  });

  it('reaches exactly the enterprise projects that a decision about each of them allows', () => {
    const scope = fc.oneof(
      fc.constantFrom<Scope>({ kind: 'domain' }, { kind: 'all_projects' }, { kind: 'project', id: 'p1' }, { kind: 'project', id: 'p2' }),
      fc.constantFrom('e1', 'e2').map((id): Scope => ({ kind: 'enterprise_project', id })),
    );
    const statement = fc.tuple(fc.constantFrom('Allow' as const, 'Deny' as const), scope, fc.constantFrom('functiongraph:*:*', 'kms:*:*')).map((rule) => scoped(...rule));
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 5 }), fc.constantFrom(project, domain), (statements, place) => {
        const { decision, reach: reached } = evaluateScoped(request, place, statements);
        for (const id of ['e1', 'e2', 'e3']) {
          const includes = reached.kind === 'all' || (reached.kind === 'only') === reached.ids.includes(id);
          expect(evaluateInEnterpriseProject(request, place, id, statements).decision).toBe(decision === 'allow' && includes ? 'allow' : 'deny');
        }
      }),
      { numRuns: 500 },
    );
  });
});
