import { ADMIN_TOKEN, DOMAIN, OPERATOR_TOKEN } from '../testing/peers.js';
import { RunningEdge } from '../testing/running-edge.js';

describe('operations on tokens', () => {
  let edge: RunningEdge;

  beforeAll(async () => {
    edge = await RunningEdge.start();
  });
  afterAll(() => edge.stop());
  beforeEach(() => edge.peers.reset());

  const assumption = { auth: { identity: { methods: ['assume_role'], assume_role: { agency_name: 'ops', domain_id: 'd2' } }, scope: { domain: { id: 'd2' } } } };
  const ask = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${edge.url}/v3/auth/tokens`, { method: 'POST', headers, body: JSON.stringify(body) });

  describe('asked for through an agency', () => {
    it('name the caller, whom the credential of the request proves', async () => {
      edge.peers.on('CreateToken', () => ({ token_value: 'the-token', token: {} }));
      const answer = await ask(assumption, { 'x-auth-token': ADMIN_TOKEN });
      expect([answer.status, answer.headers.get('x-subject-token')]).toEqual([201, 'the-token']);
      expect(edge.peers.calls[0]?.context.principal).toMatchObject({ domain_id: DOMAIN, user_id: 'u1' });
    });

    it('need a credential, and one that holds', async () => {
      expect((await ask(assumption)).status).toBe(401);
      expect((await ask(assumption, { 'x-auth-token': 'nobody' })).status).toBe(401);
      expect(edge.peers.calls).toEqual([]);
    });
  });

  it('asked for with a password have no caller, whatever token came along', async () => {
    const answer = await ask({ auth: { identity: { methods: ['password'] } } }, { 'x-auth-token': 'an expired one' });
    expect(answer.status).toBe(201);
    expect(edge.peers.calls[0]?.context.principal).toMatchObject({ domain_id: '', user_id: '' });
  });

  describe('about a token', () => {
    const about = (method: string, headers: Record<string, string>) =>
      fetch(`${edge.url}/v3/auth/tokens?nocatalog`, { method, headers: { 'x-auth-token': OPERATOR_TOKEN, ...headers } });

    it('find it in X-Subject-Token, and show it there again', async () => {
      edge.peers.on('ShowToken', () => ({ token_value: 'the-subject', token: { issued_at: 'then', catalog: [{ id: 'c1' }] } }));
      const answer = await about('GET', { 'x-subject-token': 'the-subject' });
      const text = await answer.text();
      expect([answer.status, answer.headers.get('x-subject-token')]).toEqual([200, 'the-subject']);
      expect(JSON.parse(text)).toMatchObject({ token: { issued_at: 'then', catalog: [] } });
      expect(text).not.toContain('the-subject');
      expect(edge.peers.calls[0]?.request).toMatchObject({ subject_token: 'the-subject' });
    });

    it('revoke it without an answer to read', async () => {
      const answer = await about('DELETE', { 'x-subject-token': 'the-subject' });
      expect([answer.status, await answer.text()]).toEqual([204, '']);
      expect(edge.peers.calls[0]).toMatchObject({ operation: 'RevokeToken', request: { subject_token: 'the-subject' } });
    });

    it.each([['nothing', {}], ['an empty header', { 'x-subject-token': '' }], ['far too much', { 'x-subject-token': 'x'.repeat(4097) }]])('refuse %s', async (_what, headers) => {
      const answer = await about('GET', headers as Record<string, string>);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toEqual({ error: { code: 400, title: 'Bad Request', message: 'The header X-Subject-Token must hold one token.' } });
      expect(edge.peers.calls).toEqual([]);
    });
  });
});
