import { operations, PROJECT, READER_TOKEN, UNSCOPED_TOKEN } from '../testing/peers.js';
import { pathOf, RunningEdge } from '../testing/running-edge.js';

const functions = `/v2/${PROJECT}/fgs/functions`;
const guarded = operations.filter((operation) => operation.access !== 'anonymous');
const ofProjects = operations.filter((operation) => operation.access === 'project');

describe('the REST API', () => {
  let edge: RunningEdge;

  beforeAll(async () => {
    edge = await RunningEdge.start();
  });
  afterAll(() => edge.stop());
  beforeEach(() => edge.peers.reset());

  const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({ method: 'POST', headers, body: JSON.stringify(body) });

  describe('asks every operation for a credential', () => {
    it.each(guarded)('$method $path without one is 401', async (operation) => {
      const answer = await fetch(`${edge.url}${pathOf(operation)}`, { method: operation.method });
      expect(answer.status).toBe(401);
      expect(edge.peers.calls).toEqual([]);
      if (operation.method === 'HEAD') return;
      const body = (await answer.json()) as Record<string, unknown>;
      if (operation.errors === 'keystone') {
        expect(body).toEqual({ error: { code: 401, title: 'Unauthorized', message: expect.stringMatching(/neither a signature .* nor a token/) } });
      } else {
        expect(body).toEqual({
          error_code: 'APIGW.0301',
          error_msg: expect.stringMatching(/^Incorrect IAM authentication information: .*neither a signature/),
          request_id: answer.headers.get('x-request-id'),
        });
      }
    });

    it.each(guarded)('$method $path with an unknown token is 401', async (operation) => {
      const answer = await edge.fetch(pathOf(operation), { method: operation.method, headers: { 'x-auth-token': 'nobody' } });
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain(operation.method === 'HEAD' ? '' : 'the token is unknown');
      expect(edge.peers.calls).toEqual([]);
    });
  });

  describe('keeps every caller in its project', () => {
    it.each(ofProjects)("$method $path of another project is 403", async (operation) => {
      const answer = await edge.fetch(pathOf(operation, 'b'.repeat(32)), { method: operation.method });
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain('belongs to another project');
      expect(edge.peers.calls).toEqual([]);
    });

    it.each(ofProjects)('$method $path with a token of no project is 403', async (operation) => {
      const answer = await edge.fetch(pathOf(operation), { method: operation.method, headers: { 'x-auth-token': UNSCOPED_TOKEN } });
      expect(answer.status).toBe(403);
      expect(edge.peers.calls).toEqual([]);
    });

    it.each(ofProjects.filter(({ grantable }) => !grantable))('$method $path by a user without a role is 403 naming the action', async (operation) => {
      const answer = await edge.fetch(pathOf(operation), { method: operation.method, headers: { 'x-auth-token': READER_TOKEN } });
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain(operation.action);
      expect(edge.peers.calls).toEqual([]);
    });

    it.each(ofProjects.filter(({ grantable }) => grantable))('$method $path by a user without a role is left to what the resource grants', async (operation) => {
      await (await edge.fetch(pathOf(operation), { method: operation.method, headers: { 'x-auth-token': READER_TOKEN } })).arrayBuffer();
      const { principal } = edge.peers.calls[0]?.context ?? {};
      expect(principal).toMatchObject({ project_id: PROJECT, all_enterprise_projects: false, enterprise_project_ids: [], without_permission: expect.stringContaining(operation.action) });
    });

    it('takes the project from the path, whatever the body says', async () => {
      await edge.fetch(functions, post({ func_name: 'f', project_id: 'other', projectId: 'another' }));
      expect(edge.peers.calls[0]?.request['project_id']).toBe(PROJECT);
    });

    it('names the resource that was refused', async () => {
      const answer = await edge.fetch(functions, post({ package: 'default', func_name: 'hello' }, { 'x-auth-token': READER_TOKEN }));
      expect(await answer.json()).toEqual({
        error_code: 'FSS.0403',
        error_msg: "Policy doesn't allow functiongraph:function:createFunction to be performed on functiongraph:local-1:d1:function:default/hello.",
      });
    });
  });
});
