import { CreateTokenRequest } from '@windlass/contracts/iam/v1/token_service';
import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { CatalogServiceClient } from '@windlass/contracts/iam/v1/catalog_service';
import { identitiesOf, principalOf } from '../testing/identities.js';
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

  describe('got with a token', () => {
    const exchange = (id: string, scope: object | undefined = undefined) =>
      iam.createToken({ auth: { identity: { methods: ['token'], token: { id } }, ...(scope === undefined ? {} : { scope }) } });

    it('have another scope and the same end', async () => {
      const first = await iam.logIn('acme');
      const second = await exchange(first.token_value, { project: { name: REGION } });
      expect(second.token).toMatchObject({ methods: ['token'], project: { id: acme.project_id }, user: { id: acme.user_id } });
      expect(second.token?.expires_at).toBe(first.token?.expires_at);
      await expect(exchange(second.token_value)).resolves.toMatchObject({ token: { domain: { id: acme.domain_id } } });
      await expect(exchange(first.token_value, { project: { id: other.project_id } })).rejects.toMatchObject({ reason: 'PROJECT_UNKNOWN' });
    });

    it('are not issued for one that does not hold', async () => {
      const { token_value: token } = await iam.logIn('acme');
      await iam.sql('UPDATE iam.tokens SET expires_at = now()');
      for (const id of [token, 'made up']) await expect(exchange(id)).rejects.toMatchObject({ kind: 'unauthenticated', reason: 'TOKEN_REFUSED' });
    });
  });

  describe('are shown and revoked', () => {
    const ann = () => Principal.fromPartial({ ...acme, roles: ['te_admin'] });

    it('by whom they belong to', async () => {
      const { token_value: token, token: issued } = await iam.logIn('acme', undefined, { auth: { scope: { project: { name: REGION } } } });
      await expect(iam.tokens.showToken({ subject_token: token }, iam.as(ann()))).resolves.toEqual({ token_value: token, token: issued });
      await iam.tokens.revokeToken({ subject_token: token }, iam.as(ann()));
      await expect(iam.tokens.showToken({ subject_token: token }, iam.as(ann()))).rejects.toMatchObject({ kind: 'not_found', reason: 'TOKEN_UNKNOWN' });
      await expect(iam.authentication.authenticateToken({ token })).rejects.toMatchObject({ reason: 'TOKEN_UNKNOWN' });
    });

    it('not by others of the account without permission, and to another account they are not there', async () => {
      const { token_value: token } = await iam.logIn('acme');
      const ids = identitiesOf(iam);
      const eve = principalOf(acme, await ids.createUser(ann(), 'eve'));
      await expect(iam.tokens.showToken({ subject_token: token }, iam.as(eve))).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(iam.tokens.revokeToken({ subject_token: token }, iam.as(eve))).rejects.toMatchObject({ kind: 'forbidden' });
      const stranger = Principal.fromPartial({ ...other, roles: ['te_admin'] });
      await expect(iam.tokens.showToken({ subject_token: token }, iam.as(stranger))).rejects.toMatchObject({ kind: 'not_found' });
      const { token_value: hers } = await ids.logIn('acme', 'eve');
      await expect(iam.tokens.showToken({ subject_token: hers }, iam.as(ann()))).resolves.toMatchObject({ token: { user: { name: 'eve' } } });
    });
  });

  it('come with the regions and services of the platform', async () => {
    const catalogs = iam.client(CatalogServiceClient);
    const caller = iam.as(Principal.fromPartial(acme));
    const { catalog } = await catalogs.keystoneShowCatalog({}, caller);
    expect(catalog.find(({ type }) => type === 'fgs')?.endpoints[0]?.url).toContain(acme.project_id);
    await expect(catalogs.keystoneListRegions({}, caller)).resolves.toMatchObject({ regions: [{ id: REGION, type: 'public' }] });
    await expect(catalogs.keystoneShowRegion({ region_id: REGION }, caller)).resolves.toMatchObject({ region: { id: REGION } });
    await expect(catalogs.keystoneShowRegion({ region_id: 'nowhere' }, caller)).rejects.toMatchObject({ kind: 'not_found' });
  });
});
