import { AccountAdminServiceClient } from '@windlass/contracts/iam/v1/account_admin_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { SignUpRequest, SignUpServiceClient } from '@windlass/contracts/iam/v1/sign_up_service';
import { PASSWORD, REGION, RunningIam } from '../testing/running-iam.js';
import type { SignUpMode } from './index.js';

const request = (change: Partial<SignUpRequest> = {}) =>
  SignUpRequest.fromPartial({ account_name: 'acme', user_name: 'ann', password: PASSWORD, email: 'ann@example.com', ...change });

async function start(signUp?: SignUpMode) {
  const iam = await RunningIam.start(signUp === undefined ? {} : { signUp });
  const service = iam.client(SignUpServiceClient);
  // Each try comes from an address of its own, so that no test meets the rate of another.
  let addresses = 0;
  const signUpFrom = (address: string, change: Partial<SignUpRequest>) => service.signUp(request(change), iam.as(Principal.fromPartial({}), address));
  return { iam, signUpFrom, signUp: (change: Partial<SignUpRequest> = {}) => signUpFrom(`192.0.2.${(addresses += 1)}`, change) };
}

describe('sign-up', () => {
  let platform: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    platform = await start();
  });
  afterAll(() => platform?.iam.stop());

  it('gives an account, its administrator, a project, the default enterprise project and an access key that work at once', async () => {
    const { iam, signUp } = platform;
    const created = await signUp();
    expect(created).toEqual({
      domain_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      domain_name: 'acme',
      user_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      user_name: 'ann',
      project_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      project_name: REGION,
      enterprise_project_id: '0',
      access_key: expect.stringMatching(/^[A-Z0-9]{20}$/),
      secret_key: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
    });
    await expect(iam.logIn('acme')).resolves.toMatchObject({ token: { user: { name: 'ann' } } });
    const [first] = await iam.sql('SELECT metadata FROM iam.events WHERE tenant = $1 ORDER BY global_position LIMIT 1', [created.domain_id]);
    expect(first).toEqual({ metadata: { actor: 'platform', requestId: 'r1', sourceAddress: expect.stringMatching(/^192\.0\.2\./), userAgent: '' } });
  });

  it.each([
    [{ account_name: '' }, 'NAME_INVALID'],
    [{ account_name: 'аcme' }, 'NAME_INVALID'], // a Cyrillic "а"
    [{ account_name: 'acme\u200b' }, 'NAME_INVALID'],
    [{ account_name: 'x'.repeat(65) }, 'NAME_INVALID'],
    [{ user_name: 'ann; DROP TABLE iam.users' }, undefined],
    [{ password: 'short' }, 'PASSWORD_WEAK'],
    [{ email: '' }, 'EMAIL_INVALID'],
    [{ email: 'ann' }, 'EMAIL_INVALID'],
    [{ email: 'ann@exämple.com' }, 'EMAIL_INVALID'],
    [{ email: 'ann@example.com\r\nBcc: all@example.com' }, 'EMAIL_INVALID'],
    [{ email: `${'x'.repeat(65)}@example.com` }, 'EMAIL_INVALID'],
    [{ invitation: 'any' }, 'INVITATION_NEEDLESS'],
  ])('refuses %j and leaves nothing behind', async (change, reason) => {
    const { iam, signUp } = platform;
    const before = await iam.sql('SELECT count(*) FROM iam.events');
    await expect(signUp({ account_name: 'refused', ...change })).rejects.toMatchObject({ kind: 'invalid', ...(reason === undefined ? {} : { reason }) });
    await expect(iam.sql('SELECT count(*) FROM iam.events')).resolves.toEqual(before);
  });

  it('gives a name to one of many who want it at once', async () => {
    const { signUp } = platform;
    const tries = await Promise.allSettled(Array.from({ length: 4 }, () => signUp({ account_name: 'Wanted' })));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const attempt of tries) if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ kind: 'conflict' });
    await expect(signUp({ account_name: 'wANTED' })).rejects.toMatchObject({ kind: 'conflict', reason: 'ACCOUNT_EXISTS' });
  });

  it('bounds how often one address tries, and leaves others alone', async () => {
    const { signUpFrom, signUp } = platform;
    const tries = await Promise.allSettled(Array.from({ length: 40 }, () => signUpFrom('203.0.113.1', { email: 'no' })));
    const kinds = tries.map((attempt) => (attempt.status === 'rejected' ? attempt.reason.kind : 'created'));
    expect(kinds).toContain('throttled');
    expect(kinds.filter((kind) => kind === 'invalid').length).toBeGreaterThanOrEqual(30);
    await expect(signUp({ account_name: 'elsewhere' })).resolves.toBeDefined();
  });
});

describe('sign-up that is closed', () => {
  it('refuses everybody and says whom to ask', async () => {
    const { iam, signUp } = await start('closed');
    try {
      await expect(signUp()).rejects.toMatchObject({ kind: 'forbidden', reason: 'SIGN_UP_CLOSED', message: expect.stringContaining("platform's operator") });
    } finally {
      await iam.stop();
    }
  });
});

describe('sign-up by invitation', () => {
  let platform: Awaited<ReturnType<typeof start>>;
  let operator: Principal;
  beforeAll(async () => {
    platform = await start('invitation');
    const created = await platform.iam.createAccount('windlass', { is_operator: true });
    operator = Principal.fromPartial({ domain_id: created.domain_id, user_id: created.user_id, roles: ['te_admin', 'op_admin'] });
  });
  afterAll(() => platform?.iam.stop());

  const invite = async () => (await platform.iam.client(AccountAdminServiceClient).createInvitation({ note: 'for Ann', valid_hours: undefined }, platform.iam.as(operator))).invitation;

  it('needs one', async () => {
    await expect(platform.signUp()).rejects.toMatchObject({ kind: 'forbidden', reason: 'INVITATION_MISSING' });
    await expect(platform.signUp({ invitation: 'made up' })).rejects.toMatchObject({ kind: 'forbidden', reason: 'INVITATION_REFUSED' });
    await expect(platform.signUp({ invitation: 'made\0up' })).rejects.toMatchObject({ kind: 'forbidden', reason: 'INVITATION_REFUSED' });
  });

  it('works once for each, however many bring the same one', async () => {
    const invitation = await invite();
    const tries = await Promise.allSettled(['one', 'two', 'three'].map((account_name) => platform.signUp({ account_name, invitation })));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const attempt of tries) if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ reason: 'INVITATION_REFUSED' });
  });

  it('leaves an invitation usable when the sign-up it was brought for fails', async () => {
    const invitation = await invite();
    await expect(platform.signUp({ account_name: 'windlass', invitation })).rejects.toMatchObject({ kind: 'conflict' });
    await expect(platform.signUp({ account_name: 'later', invitation })).resolves.toMatchObject({ domain_name: 'later' });
  });

  it('refuses an invitation that has expired', async () => {
    const invitation = await invite();
    await platform.iam.sql("UPDATE iam.invitations SET expires_at = now() - interval '1 day'");
    const stored = await platform.iam.sql<{ row: string }>('SELECT i::text AS row FROM iam.invitations i');
    // The token itself is nowhere.
    expect(stored.map(({ row }) => row).join()).not.toContain(invitation);
    await expect(platform.iam.sql<{ p: string }>("SELECT string_agg(payload::text, '') AS p FROM iam.events").then(([all]) => all?.p)).resolves.not.toContain(invitation);
  });

  it('is for operators to invite to', async () => {
    const tenant = Principal.fromPartial({ domain_id: 'd', user_id: 'u', roles: ['te_admin'] });
    await expect(
      platform.iam.client(AccountAdminServiceClient).createInvitation({ note: '', valid_hours: 1 }, platform.iam.as(tenant)),
    ).rejects.toMatchObject({ kind: 'forbidden', reason: 'OPERATOR_ONLY' });
  });
});
