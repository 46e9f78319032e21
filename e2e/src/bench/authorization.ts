import { CUSTOM_POLICY, describeRequest, evaluateScoped, parsePolicy, type Place, type ScopedStatement } from '@windlass/policy-engine';
import { credentials, TokenClient } from '../harness/tenant.js';
import { median } from './load.js';

const ROUNDS = 5;
const DECISIONS = 20_000;
const CALLS = 200;
const STATEMENTS = 50;

/** What one warm decision of the edge costs, alone and beside a whole call of the API, measured in turns in one run. */
export async function benchAuthorization(): Promise<void> {
  const { demo } = credentials();
  const client = await TokenClient.logIn(demo);
  const decide = decision(demo.domain_id, demo.project_id);
  const call = async (): Promise<void> => {
    const { status } = await client.call('GET', '/fgs/functions');
    if (status !== 200) throw new Error(`listing functions answers ${status}`);
  };
  await call();
  decide();

  const rounds: { decision: number; whole: number; ratio: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const decision = await microseconds(DECISIONS, decide);
    const whole = await microseconds(CALLS, call);
    rounds.push({ decision, whole, ratio: decision / whole });
  }
  const figure = (key: 'decision' | 'whole' | 'ratio'): number => median(rounds.map((each) => each[key]));
  const share = (figure('ratio') * 100).toFixed(2);
  console.log(`authorization, ${STATEMENTS} statements: ${figure('decision').toFixed(1)} µs a decision, ${share} % of a whole call (${figure('whole').toFixed(0)} µs)`);
}

/** A decision as the edge makes it when it knows the policies: of every kind of statement, in every kind of scope, one allows. */
function decision(domainId: string, projectId: string): () => void {
  const statements = Array.from({ length: STATEMENTS }, (_, index) => heldStatement(index, projectId));
  const caller = { domainId, domainName: 'demo', userId: 'u', userName: 'ann', projectName: 'local-1' };
  const place: Place = { kind: 'project', id: projectId };
  return () => {
    const request = describeRequest({ action: 'functiongraph:function:getFunctionConfig', resource: 'function:default/hello', caller, now: new Date() });
    if (evaluateScoped(request, place, statements).decision !== 'allow') throw new Error('the last statement allows');
  };
}

function heldStatement(index: number, projectId: string): ScopedStatement {
  const last = index === STATEMENTS - 1;
  const source = {
    Effect: index % 7 === 3 ? 'Deny' : 'Allow',
    Action: last ? ['functiongraph:function:get*'] : ['functiongraph:*:*', 'lts:*:get*', 'kms:cmk:list'],
    Resource: [last ? 'functiongraph:*:*:function:default/*' : `functiongraph:*:*:function:team-${index}/*-service`],
    Condition: { StringNotEquals: { 'g:UserName': [`user-${index}`] }, DateGreaterThan: { 'g:CurrentTime': ['2020-01-01T00:00:00Z'] } },
  };
  const parsed = parsePolicy({ Version: '1.1', Statement: [source] }, { limits: CUSTOM_POLICY });
  const statement = parsed.ok ? parsed.policy.statements[0] : undefined;
  if (statement === undefined) throw new Error('the policy of the benchmark is wrong');
  const inEnterpriseProject = !last && index % 5 === 0;
  return { statement, scope: inEnterpriseProject ? { kind: 'enterprise_project', id: `e-${index}` } : { kind: 'project', id: projectId } };
}

async function microseconds(times: number, work: () => void | Promise<void>): Promise<number> {
  const began = performance.now();
  for (let time = 0; time < times; time += 1) {
    const pending = work();
    if (pending !== undefined) await pending;
  }
  return ((performance.now() - began) * 1000) / times;
}
