import { CUSTOM_POLICY, describeRequest, evaluateScoped, parsePolicy, type Place, type ScopedStatement } from '@windlass/policy-engine';
import { credentials, TokenClient } from '../harness/tenant.js';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { interleaved, medianOf } from './frame/rounds.js';

const DECISIONS = 20_000;
const CALLS = 200;
const STATEMENTS = 50;

export const name = 'authorization';
export const reach = 'told, not judged: one decision beside a whole call of the API';
export const measures = `One decision of the policy engine as the edge makes it (${STATEMENTS} statements of every kind, in every kind of scope, one of which allows), and
a whole call of the API that needs one (listing functions).`;

export async function run(bench: Bench): Promise<readonly Row[]> {
  await bench.platform();
  const { demo } = credentials();
  const client = await TokenClient.logIn(demo);
  const decide = decision(demo.domain_id, demo.project_id);
  const call = async (): Promise<void> => {
    const { status } = await client.call('GET', '/fgs/functions');
    if (status !== 200) throw new Error(`listing functions answers ${status}`);
  };
  await call();
  decide();

  const rounds = await interleaved({ decision: () => microseconds(DECISIONS, decide), whole: () => microseconds(CALLS, call) });
  const share = (medianOf(rounds, ({ decision: alone, whole }) => alone / whole) * 100).toFixed(2);
  const [alone, whole] = [medianOf(rounds, (round) => round.decision), medianOf(rounds, (round) => round.whole)];
  return [{ what: 'a decision', measured: `${alone.toFixed(1)} µs, ${share} % of a whole call (${(whole / 1000).toFixed(1)} ms)` }];
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
