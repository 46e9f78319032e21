import { createHash } from 'node:crypto';
import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import type { AuthenticateSignatureRequest } from '@windlass/contracts/iam/v1/authentication_service';
import { sign } from '@windlass/request-signing';
import { REGION, RunningIam } from '../testing/running-iam.js';

describe('authentication', () => {
  let iam: RunningIam;
  let acme: CreateAccountResponse;
  let other: CreateAccountResponse;

  beforeAll(async () => {
    iam = await RunningIam.start();
    acme = await iam.createAccount('acme', { is_operator: true });
    other = await iam.createAccount('other');
  });
  afterAll(() => iam?.stop());

  const acmePrincipal = () => ({
    domain_id: acme.domain_id,
    domain_name: 'acme',
    user_id: acme.user_id,
    user_name: 'ann',
    project_id: acme.project_id,
    project_name: REGION,
    roles: ['te_admin', 'op_admin'],
    agency_id: '',
    agency_name: '',
    all_enterprise_projects: false,
    enterprise_project_ids: [],
    without_permission: '',
  });

  /** A request signed by the client library, as the edge hands it on. */
  function signed(change: { account?: CreateAccountResponse; secretKey?: string; securityToken?: string; now?: Date; projectId?: string } = {}): AuthenticateSignatureRequest {
    const { account = acme, now = new Date(), securityToken } = change;
    const request = { method: 'POST', requestTarget: '/v2/p/fgs/functions?a=b%20c', body: '{"func_name":"é"}' };
    const headers = sign(
      { ...request, headers: [{ name: 'host', value: '127.0.0.1:7400' }] },
      { accessKey: account.access_key, secretKey: change.secretKey ?? account.secret_key, now, ...(securityToken === undefined ? {} : { securityToken }) },
    );
    return {
      method: request.method,
      request_target: request.requestTarget,
      headers: [...headers],
      body_sha256: createHash('sha256').update(request.body).digest('hex'),
      project_id: change.projectId ?? account.project_id,
    };
  }

  describe('by signature', () => {
    const authenticate = (request: AuthenticateSignatureRequest) => iam.authentication.authenticateSignature(request);

    it('says who signed, acting in the project that the request names', async () => {
      const before = Date.now();
      const { principal, cacheable_until: until } = await authenticate(signed());
      expect(principal).toEqual({ ...acmePrincipal(), access_key: acme.access_key });
      expect(until).toBeGreaterThanOrEqual(before);
      expect(until).toBeLessThanOrEqual(Date.now() + 5_000);
    });

    it('says who signed, acting in the account, when the request names no project', async () => {
      const { principal } = await authenticate(signed({ projectId: '' }));
      expect(principal).toEqual({ ...acmePrincipal(), project_id: '', project_name: '', access_key: acme.access_key });
    });

    it('forbids a project of another account, and one that does not exist, in the same words', async () => {
      for (const projectId of [other.project_id, 'f'.repeat(32), 'no\0where']) {
        await expect(authenticate(signed({ projectId }))).rejects.toMatchObject({
          kind: 'forbidden',
          reason: 'PROJECT_NOT_OWN',
          message: `The project ${projectId} is not a project of the account that signed the request.`,
        });
      }
    });

    it('works after a restart', async () => {
      await iam.restart();
      await expect(authenticate(signed())).resolves.toMatchObject({ principal: { domain_id: acme.domain_id } });
    });

    it.each<[string, () => AuthenticateSignatureRequest]>([
      ['SIGNATURE_MISMATCH', () => signed({ secretKey: other.secret_key })],
      ['SIGNATURE_MISMATCH', () => ({ ...signed(), method: 'DELETE' })],
      ['SIGNATURE_MISMATCH', () => ({ ...signed(), request_target: '/v2/p/fgs/functions' })],
      ['SIGNATURE_MISMATCH', () => ({ ...signed(), body_sha256: 'ab'.repeat(32) })],
      ['DATE_SKEWED', () => signed({ now: new Date(Date.now() - 16 * 60_000) })],
      ['ACCESS_KEY_UNKNOWN', () => signed({ account: { ...acme, access_key: 'A'.repeat(20) } })],
      ['SECURITY_TOKEN_UNKNOWN', () => signed({ securityToken: 'made up' })],
      ['AUTHORIZATION_MISSING', () => ({ ...signed(), headers: [] })],
    ])('refuses as %s', async (reason, request) => {
      await expect(authenticate(request())).rejects.toMatchObject({
        kind: 'unauthenticated',
        reason,
        code: 'APIGW.0301',
        message: expect.stringMatching(/^Incorrect IAM authentication information: /),
      });
    });
  });

  describe('by token', () => {
    const authenticate = (token: string) => iam.authentication.authenticateToken({ token });

    it('says who logged in, in the scope of the log-in', async () => {
      const ofProject = await iam.logIn('acme', undefined, { auth: { scope: { project: { id: acme.project_id } } } });
      const ofAccount = await iam.logIn('acme');
      await iam.restart();
      expect((await authenticate(ofProject.token_value)).principal).toEqual({ ...acmePrincipal(), access_key: '' });
      expect((await authenticate(ofAccount.token_value)).principal).toEqual({ ...acmePrincipal(), project_id: '', project_name: '', access_key: '' });
    });

    it('may be remembered no longer than the token lives', async () => {
      const { token_value: token } = await iam.logIn('acme');
      const soon = new Date(Date.now() + 3_000);
      await iam.sql('UPDATE iam.tokens SET expires_at = $1', [soon]);
      const { cacheable_until: until } = await authenticate(token);
      expect(until).toBeLessThanOrEqual(soon.getTime());
    });

    it('refuses an unknown and an expired token', async () => {
      const { token_value: token } = await iam.logIn('acme');
      await iam.sql("UPDATE iam.tokens SET expires_at = now() - interval '1 second'");
      await expect(authenticate(token)).rejects.toMatchObject({ kind: 'unauthenticated', reason: 'TOKEN_EXPIRED', code: 'APIGW.0307' });
      for (const unknown of ['', 'made up']) {
        await expect(authenticate(unknown)).rejects.toMatchObject({ kind: 'unauthenticated', reason: 'TOKEN_UNKNOWN', code: 'APIGW.0301' });
      }
    });
  });

  it('refuses every credential of disabled users, suspended accounts and inactive keys', async () => {
    const account = await iam.createAccount('withdrawn');
    const { token_value: token } = await iam.logIn('withdrawn');
    const bySignature = () => iam.authentication.authenticateSignature(signed({ account }));
    const byToken = () => iam.authentication.authenticateToken({ token });
    await expect(Promise.all([bySignature(), byToken()])).resolves.toHaveLength(2);

    await iam.sql("UPDATE iam.users SET status = 'disabled' WHERE user_id = $1", [account.user_id]);
    await expect(bySignature()).rejects.toMatchObject({ reason: 'USER_DISABLED' });
    await expect(byToken()).rejects.toMatchObject({ reason: 'USER_DISABLED' });

    await iam.sql("UPDATE iam.users SET status = 'enabled' WHERE user_id = $1", [account.user_id]);
    await iam.sql("UPDATE iam.accounts SET status = 'suspended' WHERE domain_id = $1", [account.domain_id]);
    await expect(bySignature()).rejects.toMatchObject({ reason: 'ACCOUNT_NOT_ACTIVE' });
    await expect(byToken()).rejects.toMatchObject({ reason: 'ACCOUNT_NOT_ACTIVE' });

    await iam.sql("UPDATE iam.accounts SET status = 'active' WHERE domain_id = $1", [account.domain_id]);
    await iam.sql("UPDATE iam.access_keys SET status = 'inactive' WHERE access_key = $1", [account.access_key]);
    await expect(bySignature()).rejects.toMatchObject({ reason: 'ACCESS_KEY_INACTIVE' });
    await expect(byToken()).resolves.toBeDefined();
  });
});
