import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { ShowEffectivePolicyResponse, type PolicyScope } from '@windlass/contracts/iam/v1/authorization_service';
import { WindlassError, type ErrorKind } from '@windlass/errors';
import { operationNamed, PROJECT, READER_TOKEN } from '../testing/peers.js';
import { pathOf, RunningEdge } from '../testing/running-edge.js';
import { callUnary } from '../upstream/call-unary.js';

const READER = 'u2';
const PROJECT_SCOPE: PolicyScope = { type: 'project', id: PROJECT };

interface Rule {
  readonly effect?: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  readonly scope?: PolicyScope;
}

describe('a user with policies', () => {
  let edge: RunningEdge;
  let versions = 0;

  beforeAll(async () => {
    edge = await RunningEdge.start();
  });
  afterAll(() => edge.stop());
  beforeEach(() => edge.peers.reset());

  function grant(...rules: Rule[]): void {
    versions += 1;
    const policies = rules.map(({ effect = 'Allow', actions, resources, scope = PROJECT_SCOPE }) => ({
      policy: { Version: '1.1', Statement: [{ Effect: effect, Action: actions, ...(resources === undefined ? {} : { Resource: resources }) }] },
      scope,
    }));
    edge.peers.granted.set(READER, ShowEffectivePolicyResponse.fromPartial({ version: String(versions), policies, enterprise_project_ids: ['0', 'e1'] }));
  }

  /** The status a reader is answered with. */
  async function perform(name: string, body?: object): Promise<number> {
    const operation = operationNamed(name);
    const { status } = await edge.fetch(pathOf(operation), {
      method: operation.method,
      headers: { 'x-auth-token': READER_TOKEN },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return status;
  }

  /** Repeats until the edge has forgotten what it knew before: that takes a second at most. */
  async function eventually(proof: () => Promise<void>): Promise<void> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      edge.peers.calls.length = 0;
      try {
        return await proof();
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  }
  const answers = (name: string, status: number) => eventually(async () => expect(await perform(name)).toBe(status));
  const reached = (expected: object) =>
    eventually(async () => {
      await perform('ListFunctions');
      expect(edge.peers.calls[0]?.context.principal).toMatchObject({ user_id: READER, ...expected });
    });

  it('may do what they allow, as soon as they are granted and no longer than they are', async () => {
    await answers('ListFunctions', 403);
    grant({ actions: ['functiongraph:function:list'] });
    await answers('ListFunctions', 200);
    expect(await perform('CreateFunction', { package: 'default', func_name: 'hello' })).toBe(403);
    grant();
    await answers('ListFunctions', 403);
  });

  it('reaches every enterprise project by a grant on the project, and only those granted otherwise, as services are told', async () => {
    grant({ actions: ['functiongraph:*:*'] });
    await reached({ all_enterprise_projects: true, enterprise_project_ids: [] });
    grant({ actions: ['functiongraph:*:*'], scope: { type: 'enterprise_project', id: 'e1' } });
    await reached({ all_enterprise_projects: false, enterprise_project_ids: ['e1'] });
    grant({ actions: ['functiongraph:*:*'] }, { effect: 'Deny', actions: ['functiongraph:*:*'], scope: { type: 'enterprise_project', id: 'e1' } });
    await reached({ all_enterprise_projects: false, enterprise_project_ids: ['0'] });
  });

  it('is passed on where no policy allows what the resource itself may grant, reaching nothing else, and never where one denies it', async () => {
    const passedOn = () =>
      eventually(async () => {
        expect(await perform('DescribeKey', { key_id: 'k1' })).toBe(200);
        expect(edge.peers.calls[0]?.context.principal).toMatchObject({
          user_id: READER,
          all_enterprise_projects: false,
          enterprise_project_ids: [],
          without_permission: "Policy doesn't allow kms:cmk:get to be performed on kms:local-1:d1:KeyId:k1.",
        });
      });
    await passedOn();
    grant({ effect: 'Deny', actions: ['kms:cmk:get'] });
    await answers('DescribeKey', 403);
    grant({ actions: ['kms:cmk:get'] });
    await eventually(async () => {
      expect(await perform('DescribeKey', { key_id: 'k1' })).toBe(200);
      expect(edge.peers.calls[0]?.context.principal).toMatchObject({ all_enterprise_projects: true, without_permission: '' });
    });
    grant();
    await passedOn();
    await answers('DisableKey', 403);
  });

  it('is held to the resources they name', async () => {
    grant({ actions: ['functiongraph:*:*'] }, { effect: 'Deny', actions: ['functiongraph:*:*'], resources: ['functiongraph:*:*:function:prod/*'] });
    const create = (name: string) => perform('CreateFunction', { package: name, func_name: 'hello' });
    await eventually(async () => expect([await create('prod'), await create('dev')]).toEqual([403, operationNamed('CreateFunction').successStatus]));
  });

  it('is let through, and refused, over gRPC in the same way', async () => {
    grant({ actions: ['functiongraph:function:list'], scope: { type: 'enterprise_project', id: 'e1' } });
    const client = new Client(`127.0.0.1:${edge.api.grpcPort}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('x-auth-token', READER_TOKEN);
    const call = (name: string) => {
      const method = { path: operationNamed(name).rpcPath, requestSerialize: (bytes: Buffer) => bytes, responseDeserialize: (bytes: Buffer) => bytes };
      return callUnary(client, method, Buffer.alloc(0), { metadata, deadlineMs: 10_000 });
    };
    try {
      await eventually(async () => {
        await call('ListFunctions');
        expect(edge.peers.calls[0]?.context.principal).toMatchObject({ enterprise_project_ids: ['e1'] });
      });
      await expect(call('DeleteFunction')).rejects.toMatchObject({ kind: 'forbidden', reason: 'ACTION_DENIED', message: expect.stringMatching(/^Policy doesn't allow functiongraph:function:deleteFunction to be performed on functiongraph:local-1:d1:function:/) });
    } finally {
      client.close();
    }
  });

  it.each([
    ['ListFunctions', { error_code: 'FSS.0403' }],
    ['ListLogGroups', { error_code: 'LTS.0003' }],
    ['ListKeys', { error: expect.objectContaining({ error_code: 'KMS.0307' }) }],
    ['ListEnterpriseProject', { error: expect.objectContaining({ error_code: 'EPS.0004' }) }],
    ['KeystoneListGroups', { error: expect.objectContaining({ code: 403, title: 'Forbidden' }) }],
    ['ExplainAuthorization', { error_code: 'IAM.0003' }],
  ])('is refused %s under the code and in the shape of its service, with action and resource', async (name, shape) => {
    const operation = operationNamed(name);
    const { method, action } = operation;
    const request = { method, headers: { 'x-auth-token': READER_TOKEN }, ...(method === 'GET' ? {} : { body: '{}' }) };
    await eventually(async () => {
      const answer = await edge.fetch(pathOf(operation), request);
      const body = await answer.text();
      expect([answer.status, JSON.parse(body)]).toEqual([403, expect.objectContaining(shape)]);
      expect(body).toContain(`Policy doesn't allow ${action} to be performed on ${action.split(':')[0]}:`);
      expect(edge.peers.calls).toEqual([]);
    });
  });

  it.each<[ErrorKind, number]>([
    ['not_found', 403],
    ['unavailable', 503],
  ])('may do nothing while iam answers %s', async (kind, status) => {
    grant({ actions: ['functiongraph:*:*'] });
    await answers('ListFunctions', 200);
    edge.peers.granted.set(READER, new WindlassError({ kind, reason: 'A_REASON', code: 'IAM.0000', message: 'A message.' }));
    await answers('ListFunctions', status);
  });

  it('may do nothing when one of them cannot be read: it might be the one that denies', async () => {
    grant({ actions: ['functiongraph:*:*'] }, { effect: 'Deny', actions: ['not an action'] });
    await answers('ListFunctions', 500);
    grant({ actions: ['functiongraph:*:*'] }, { effect: 'Deny', actions: ['kms:*:*'], scope: { type: 'galaxy', id: '' } });
    await answers('ListFunctions', 500);
  });

  it('cannot ask about another account, not even as its own administrator', async () => {
    const operation = operationNamed('KeystoneListGroups');
    const answer = await edge.fetch(`${pathOf(operation)}?domain_id=another`);
    expect([answer.status, await answer.json()]).toEqual([403, { error: { code: 403, title: 'Forbidden', message: expect.stringContaining('account "another"') } }]);
    expect(edge.peers.calls).toEqual([]);
  });

  it('asks iam once for many calls at the same time, and tells it what is known already', async () => {
    grant({ actions: ['functiongraph:*:*'] });
    await answers('ListFunctions', 200);
    edge.peers.policyQuestions.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => perform('ListFunctions')));
    expect(edge.peers.policyQuestions.length).toBeLessThanOrEqual(3);
    for (const question of edge.peers.policyQuestions) expect(question).toEqual({ domain_id: 'd1', user_id: READER, agency_id: '', known_version: String(versions) });
  });
});
