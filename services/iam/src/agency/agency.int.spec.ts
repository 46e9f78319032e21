import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import { IssueForServiceRequest, ListAgenciesRequest, UpdateAgencyRequest } from '@windlass/contracts/iam/v1/agency_service';
import { AuthorizationServiceClient } from '@windlass/contracts/iam/v1/authorization_service';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { CreateTemporaryAccessKeyRequest } from '@windlass/contracts/iam/v1/temporary_credential_service';
import { administratorOf, identitiesOf, principalOf, signedWith } from '../testing/identities.js';
import { REGION, RunningIam } from '../testing/running-iam.js';

describe('agencies', () => {
  let iam: RunningIam;
  let ids: ReturnType<typeof identitiesOf>;
  let acme: CreateAccountResponse;
  let other: CreateAccountResponse;
  let ann: Principal;
  let bob: Principal;

  beforeAll(async () => {
    iam = await RunningIam.start();
    ids = identitiesOf(iam);
    acme = await iam.createAccount('acme');
    other = await iam.createAccount('other');
    [ann, bob] = [administratorOf(acme), administratorOf(other)];
  });
  afterAll(() => iam?.stop());

  const update = (agency_id: string, agency: object) => ids.agencies.updateAgency(UpdateAgencyRequest.fromPartial({ agency_id, agency }), iam.as(ann));
  const assume = (caller: Principal, role: object, scope: object = { project: { name: REGION } }) =>
    iam.createToken({ auth: { identity: { methods: ['assume_role'], assume_role: role }, scope } }, caller);
  const temporary = async (caller: Principal, identity: object) =>
    (await ids.credentials.createTemporaryAccessKey(CreateTemporaryAccessKeyRequest.fromPartial({ auth: { identity } }), iam.as(caller))).credential!;
  const bySignature = (key: Parameters<typeof signedWith>[0]) => iam.authentication.authenticateSignature(signedWith(key));
  const byToken = (token: string) => iam.authentication.authenticateToken({ token });

  it('trust an account, by name or by id, or a cloud service', async () => {
    const byName = await ids.createAgency(ann, 'by name', { trust_domain_name: 'OTHER', description: 'for them' });
    expect(byName).toMatchObject({ domain_id: acme.domain_id, trust_domain_id: other.domain_id, trust_domain_name: 'other', duration: 'FOREVER', expire_time: undefined });
    expect(byName.create_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    await expect(ids.createAgency(ann, 'by id', { trust_domain_id: other.domain_id })).resolves.toMatchObject({ trust_domain_name: 'other' });
    const ofService = await ids.createAgency(ann, 'by service', { trust_domain_name: 'op_svc_cff', trust_domain_id: other.domain_id });
    expect(ofService).toMatchObject({ trust_domain_name: 'op_svc_cff', trust_domain_id: expect.not.stringContaining(other.domain_id) });
    await expect(ids.createAgency(ann, 'lost', { trust_domain_name: 'nobody' })).rejects.toMatchObject({ kind: 'not_found', reason: 'TRUSTED_PARTY_UNKNOWN' });
    await expect(ids.createAgency(ann, 'lost')).rejects.toMatchObject({ kind: 'invalid', reason: 'TRUSTED_PARTY_UNKNOWN' });
    await expect(ids.createAgency(ann, 'BY NAME', { trust_domain_name: 'other' })).rejects.toMatchObject({ kind: 'conflict', reason: 'AGENCY_EXISTS' });
  });

  it('hold as long as they are said to, in hours', async () => {
    const { id, create_time: created, expire_time: expires, duration } = await ids.createAgency(ann, 'for days', { trust_domain_name: 'other', duration: 20 });
    expect(duration).toBe('480');
    expect(Date.parse(`${expires}Z`) - Date.parse(`${created}Z`)).toBe(480 * 3_600_000);
    await expect(update(id, { description: 'still' })).resolves.toMatchObject({ agency: { duration: '480', expire_time: expires } });
    await expect(update(id, { duration: 'FOREVER' })).resolves.toMatchObject({ agency: { duration: 'FOREVER', expire_time: undefined } });
    await expect(ids.createAgency(ann, 'mistaken', { trust_domain_name: 'other', duration: 'soon' })).rejects.toMatchObject({ reason: 'DURATION_INVALID' });
  });

  it('are listed, and nothing to anybody else, not even to whom they trust', async () => {
    const { id } = await ids.createAgency(ann, 'listed', { trust_domain_name: 'other' });
    const list = async (filter: object, caller = ann) =>
      (await ids.agencies.listAgencies(ListAgenciesRequest.fromPartial(filter), iam.as(caller))).agencies.map((agency) => agency.id);
    await expect(list({ name: 'Listed' })).resolves.toEqual([id]);
    await expect(list({ trust_domain_id: other.domain_id })).resolves.toContain(id);
    await expect(list({ trust_domain_id: acme.domain_id })).resolves.toEqual([]);
    await expect(list({ domain_id: acme.domain_id }, bob)).resolves.toEqual([]);
    for (const attempt of [
      () => ids.agencies.showAgency({ agency_id: id }, iam.as(bob)),
      () => ids.agencies.deleteAgency({ agency_id: id }, iam.as(bob)),
      () => ids.agencies.updateAgency(UpdateAgencyRequest.fromPartial({ agency_id: id, agency: {} }), iam.as(bob)),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ kind: 'not_found', reason: 'AGENCY_UNKNOWN' });
    }
  });

  it('have a default that is made once, however many ask for it at the same time', async () => {
    const asked = await Promise.all([1, 2, 3].map(() => ids.agencies.createDefaultAgency({}, iam.as(ann))));
    expect(new Set(asked.map(({ agency }) => agency?.id)).size).toBe(1);
    expect(asked[0]?.agency).toMatchObject({ name: 'fgs_default_agency', trust_domain_name: 'op_svc_cff', duration: 'FOREVER' });
  });

  describe('let the account they trust', () => {
    let id: string;
    const role = { agency_name: 'Lend', domain_name: 'acme' };

    beforeAll(async () => {
      ({ id } = await ids.createAgency(ann, 'lend', { trust_domain_name: 'other' }));
    });

    it('get a token that acts as the agency and as nobody else', async () => {
      const { token_value: token, token: shown } = await assume(bob, { xrole_name: 'lend', domain_id: acme.domain_id });
      expect(shown).toMatchObject({
        methods: ['assume_role'],
        user: { id, name: 'acme/lend', domain: { id: acme.domain_id, name: 'acme' } },
        project: { id: acme.project_id },
        roles: [{ id: '0', name: 'te_agency' }],
        assumed_by: { user: { id: other.user_id, name: 'ann', domain: { id: other.domain_id, name: 'other' } } },
      });
      await expect(byToken(token)).resolves.toMatchObject({
        principal: { domain_id: acme.domain_id, user_id: id, user_name: 'acme/lend', project_id: acme.project_id, roles: [], agency_id: id, agency_name: 'lend' },
      });
    });

    it('get temporary credentials that act as the agency and as nobody else', async () => {
      const key = await temporary(bob, { methods: ['assume_role'], assume_role: role });
      expect(Math.abs(Date.parse(key.expires_at) - Date.now() - 900_000)).toBeLessThan(60_000);
      await expect(bySignature(key)).resolves.toMatchObject({ principal: { domain_id: acme.domain_id, agency_id: id, roles: [], access_key: key.access } });
      const request = signedWith(key);
      await expect(iam.authentication.authenticateSignature({ ...request, project_id: other.project_id })).rejects.toMatchObject({ reason: 'PROJECT_NOT_OWN' });
    });

    it('do so only when its users may assume', async () => {
      const eve = principalOf(other, await ids.createUser(bob, 'eve'));
      await expect(assume(eve, role)).rejects.toMatchObject({ kind: 'forbidden', reason: 'ACTION_DENIED', message: expect.stringContaining('iam:agencies:assume') });
      await expect(temporary(eve, { methods: ['assume_role'], assume_role: role })).rejects.toMatchObject({ reason: 'ACTION_DENIED' });
    });

    it.each<[string, () => Principal, object, string]>([
      ['nobody', () => ({ ...bob, domain_id: '', user_id: '' }), role, 'CALLER_UNKNOWN'],
      ['its own account', () => ann, role, 'AGENCY_UNKNOWN'],
      ['anybody by another name', () => bob, { ...role, agency_name: 'nothing' }, 'AGENCY_UNKNOWN'],
      ['anybody in another account', () => bob, { ...role, domain_name: 'other' }, 'AGENCY_UNKNOWN'],
      ['anybody by a name that cannot be', () => bob, { ...role, agency_name: 'a\0' }, 'AGENCY_UNKNOWN'],
    ])('and not %s', async (_who, caller, wanted, reason) => {
      await expect(assume(caller(), wanted)).rejects.toMatchObject({ reason });
    });

    it('until they expire, trust somebody else or are deleted', async () => {
      const lent = await ids.createAgency(ann, 'ending', { trust_domain_name: 'other', duration: 1 });
      const ending = { agency_name: 'ending', domain_name: 'acme' };
      const credentials = async () => ({ token: (await assume(bob, ending)).token_value, key: await temporary(bob, { methods: ['assume_role'], assume_role: ending }) });
      const first = await credentials();
      await iam.sql('UPDATE iam.agencies SET expires_at = now() WHERE agency_id = $1', [lent.id]);
      await expect(byToken(first.token)).rejects.toMatchObject({ reason: 'AGENCY_EXPIRED' });
      await expect(bySignature(first.key)).rejects.toMatchObject({ reason: 'AGENCY_EXPIRED' });
      await expect(assume(bob, ending)).rejects.toMatchObject({ kind: 'forbidden', reason: 'AGENCY_EXPIRED' });

      await update(lent.id, { duration: 'FOREVER' });
      await expect(byToken(first.token)).resolves.toBeDefined();
      await update(lent.id, { trust_domain_name: 'op_svc_ecs' });
      await expect(byToken(first.token)).rejects.toMatchObject({ reason: 'TOKEN_UNKNOWN' });
      await expect(bySignature(first.key)).rejects.toMatchObject({ reason: 'SECURITY_TOKEN_UNKNOWN' });
      await expect(assume(bob, ending)).rejects.toMatchObject({ reason: 'AGENCY_UNKNOWN' });

      await update(lent.id, { trust_domain_id: other.domain_id });
      const second = await credentials();
      await ids.agencies.deleteAgency({ agency_id: lent.id }, iam.as(ann));
      await expect(byToken(second.token)).rejects.toMatchObject({ reason: 'TOKEN_UNKNOWN' });
      await expect(bySignature(second.key)).rejects.toMatchObject({ reason: 'SECURITY_TOKEN_UNKNOWN' });
    });

    it('through a user, and no longer than that user is there', async () => {
      const user = await ids.createUser(bob, 'assumer');
      const assumer = { ...principalOf(other, user), roles: ['te_admin'] };
      await iam.sql("UPDATE iam.users SET roles = '{te_admin}' WHERE user_id = $1", [user.id]);
      const { token_value: token } = await assume(assumer, role);
      await iam.sql("UPDATE iam.users SET roles = '{}' WHERE user_id = $1", [user.id]);
      await expect(byToken(token)).resolves.toBeDefined();
      await ids.users.keystoneDeleteUser({ user_id: user.id }, iam.as(bob));
      await expect(byToken(token)).rejects.toMatchObject({ reason: 'TOKEN_UNKNOWN' });
    });
  });

  describe('give functions credentials', () => {
    const issue = (change: object) =>
      ids.agencies.issueForService(IssueForServiceRequest.fromPartial({ service: 'functiongraph', domain_id: acme.domain_id, duration_seconds: 900, ...change }));

    it('of their account, as a key and as a token, when they trust the function service', async () => {
      const agency = await ids.createAgency(ann, 'of functions', { trust_domain_name: 'functiongraph' });
      const issued = await issue({ agency_name: 'OF functions' });
      expect(issued).toMatchObject({ agency_id: agency.id, agency_name: 'of functions' });
      const principal = { domain_id: acme.domain_id, agency_id: agency.id, agency_name: 'of functions', roles: [] };
      const key = { access: issued.access_key, secret: issued.secret_key, securitytoken: issued.security_token };
      await expect(bySignature(key)).resolves.toMatchObject({ principal });
      await expect(byToken(issued.auth_token)).resolves.toMatchObject({ principal: { ...principal, project_id: acme.project_id } });
      await expect(issue({ agency_id: agency.id })).resolves.toMatchObject({ agency_id: agency.id });

      const authorization = iam.client(AuthorizationServiceClient);
      const policy = await authorization.showEffectivePolicy({ domain_id: acme.domain_id, user_id: '', agency_id: agency.id, known_version: '' });
      expect(policy).toMatchObject({ account_administrator: false, policies: [] });
    });

    it.each([
      ['AGENCY_NOT_TRUSTING', { agency_name: 'lend' }],
      ['AGENCY_UNKNOWN', { agency_name: 'nothing' }],
      ['AGENCY_UNKNOWN', { agency_name: 'no\0thing' }],
      ['SERVICE_UNKNOWN', { agency_name: 'of functions', service: 'ecs' }],
      ['DURATION_INVALID', { agency_name: 'of functions', duration_seconds: 899 }],
    ])('and fail as %s for %j', async (reason, change) => {
      await expect(issue(change)).rejects.toMatchObject({ reason });
    });
  });
});
