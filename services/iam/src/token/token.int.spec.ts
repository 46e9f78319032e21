import { CreateTokenRequest } from '@windlass/contracts/iam/v1/token_service';
import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import { REGION, RunningIam } from '../testing/running-iam.js';

describe('tokens', () => {
  let iam: RunningIam;
  let acme: CreateAccountResponse;
  let other: CreateAccountResponse;

  beforeAll(async () => {
    iam = await RunningIam.start();
    acme = await iam.createAccount('acme');
    other = await iam.createAccount('other', { is_operator: true });
  });
  afterAll(() => iam?.stop());

  const wrong = { kind: 'unauthenticated', message: 'The username or password is wrong.' };

  it('are issued for a project, with the catalog of its services', async () => {
    const { token_value: value, token } = await iam.logIn('acme', undefined, { auth: { scope: { project: { name: REGION } } } });
    const domain = { id: acme.domain_id, name: 'acme' };
    expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(token).toMatchObject({
      methods: ['password'],
      user: { id: acme.user_id, name: 'ann', password_expires_at: '', domain },
      project: { id: acme.project_id, name: REGION, domain },
      domain: undefined,
      roles: [{ id: '0', name: 'te_admin' }],
    });
    expect(token?.catalog.find(({ type }) => type === 'fgs')?.endpoints[0]?.url).toBe(`http://127.0.0.1:7400/v2/${acme.project_id}`);
    expect(token?.issued_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(Date.parse(token!.expires_at) - Date.parse(token!.issued_at)).toBe(24 * 60 * 60_000);
  });

  it('are issued for the account when it or nothing is asked for', async () => {
    for (const scope of [{ domain: { id: acme.domain_id } }, { domain: { name: 'Acme' } }, undefined]) {
      const { token } = await iam.logIn('acme', undefined, { auth: { scope } });
      expect(token).toMatchObject({ domain: { id: acme.domain_id, name: 'acme' }, project: undefined });
    }
  });

  it('are issued to a user named by id', async () => {
    const user = { id: acme.user_id, password: 'correct horse 1' };
    const request = CreateTokenRequest.fromPartial({
      auth: { identity: { methods: ['password'], password: { user } }, scope: { project: { id: acme.project_id } } },
    });
    await expect(iam.createToken(request)).resolves.toMatchObject({ token: { project: { id: acme.project_id } } });
  });

  it('say that the administrator of the platform operates it', async () => {
    const { token } = await iam.logIn('other');
    expect(token?.roles.map(({ name }) => name)).toEqual(['te_admin', 'op_admin']);
  });

  it.each([
    ['a project of another account by id', () => ({ project: { id: other.project_id } }), 'PROJECT_UNKNOWN'],
    ['a project that does not exist', () => ({ project: { name: 'nowhere' } }), 'PROJECT_UNKNOWN'],
    ['a project that cannot exist', () => ({ project: { id: 'p\0' } }), 'PROJECT_UNKNOWN'],
    ['a project in another account', () => ({ project: { name: REGION, domain: { name: 'other' } } }), 'DOMAIN_UNKNOWN'],
    ['another account', () => ({ domain: { id: other.domain_id } }), 'DOMAIN_UNKNOWN'],
  ])('are not issued for %s', async (_what, scope, reason) => {
    await expect(iam.logIn('acme', undefined, { auth: { scope: scope() } })).rejects.toMatchObject({ kind: 'not_found', reason });
  });

  it('are not issued for a wrong password, an unknown user or an unknown account, with one answer for all', async () => {
    await expect(iam.logIn('acme', 'wrong')).rejects.toMatchObject(wrong);
    await expect(iam.logIn('acme', 'x'.repeat(10_000))).rejects.toMatchObject(wrong);
    await expect(iam.logIn('nowhere')).rejects.toMatchObject(wrong);
    await expect(iam.logIn('ac\0me')).rejects.toMatchObject(wrong);
    const user = { name: 'nobody', password: 'correct horse 1', domain: { name: 'acme' } };
    const request = CreateTokenRequest.fromPartial({ auth: { identity: { methods: ['password'], password: { user } } } });
    await expect(iam.createToken(request)).rejects.toMatchObject(wrong);
  });

  it('are not issued to disabled users or in suspended accounts', async () => {
    const { domain_id: domainId, user_id: userId } = await iam.createAccount('closing');
    await iam.sql("UPDATE iam.users SET status = 'disabled' WHERE user_id = $1", [userId]);
    await expect(iam.logIn('closing')).rejects.toMatchObject(wrong);
    await iam.sql("UPDATE iam.users SET status = 'enabled' WHERE user_id = $1", [userId]);
    await iam.sql("UPDATE iam.accounts SET status = 'suspended' WHERE domain_id = $1", [domainId]);
    await expect(iam.logIn('closing')).rejects.toMatchObject({ kind: 'unauthenticated', message: expect.stringContaining('suspended') });
    await expect(iam.logIn('closing', 'wrong password 1')).rejects.toMatchObject(wrong);
  });

  it('are not issued for 15 minutes after five failures, not even for the right password, and then are', async () => {
    await iam.createAccount('locked');
    // At once, because a burst must not get more guesses than a sequence.
    await Promise.allSettled(Array.from({ length: 5 }, () => iam.logIn('locked', 'wrong')));
    await expect(iam.logIn('locked')).rejects.toMatchObject(wrong);
    expect(iam.log).toContain('user locked after failed log-ins');
    await iam.restart();
    await expect(iam.logIn('locked')).rejects.toMatchObject(wrong);
    await expect(iam.logIn('acme')).resolves.toBeDefined();
    await iam.sql("UPDATE iam.log_in_failures SET locked_until = locked_until - interval '15 minutes'");
    await expect(iam.logIn('locked')).resolves.toBeDefined();
  });

  it('are issued after four failures, which are then forgotten', async () => {
    await iam.createAccount('forgiven');
    const failFourTimes = () => Promise.allSettled(Array.from({ length: 4 }, () => iam.logIn('forgiven', 'wrong')));
    await failFourTimes();
    await expect(iam.logIn('forgiven')).resolves.toBeDefined();
    await failFourTimes();
    await expect(iam.logIn('forgiven')).resolves.toBeDefined();
  });

  it('are issued to many who log in at the same time', async () => {
    const issued = await Promise.all(Array.from({ length: 12 }, () => iam.logIn('acme')));
    expect(new Set(issued.map(({ token_value: value }) => value)).size).toBe(12);
  });

  it('are swept away by a later log-in of the user when they have expired', async () => {
    await iam.sql('UPDATE iam.tokens SET expires_at = now() WHERE user_id = $1', [acme.user_id]);
    await iam.logIn('acme');
    await expect(iam.sql('SELECT 1 FROM iam.tokens WHERE user_id = $1', [acme.user_id])).resolves.toHaveLength(1);
  });
});
