import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { CreateTemporaryAccessKeyRequest } from '@windlass/contracts/iam/v1/temporary_credential_service';
import { administratorOf, identitiesOf, principalOf, signedWith } from '../testing/identities.js';
import { RunningIam } from '../testing/running-iam.js';

describe('temporary credentials', () => {
  let iam: RunningIam;
  let ids: ReturnType<typeof identitiesOf>;
  let acme: CreateAccountResponse;
  let ann: Principal;

  beforeAll(async () => {
    iam = await RunningIam.start();
    ids = identitiesOf(iam);
    acme = await iam.createAccount('acme');
    ann = administratorOf(acme);
  });
  afterAll(() => iam?.stop());

  const create = async (caller: Principal, token: object = {}) => {
    const request = CreateTemporaryAccessKeyRequest.fromPartial({ auth: { identity: { methods: ['token'], token } } });
    return (await ids.credentials.createTemporaryAccessKey(request, iam.as(caller))).credential!;
  };
  const authenticate = (key: Parameters<typeof signedWith>[0]) => iam.authentication.authenticateSignature(signedWith(key));

  it('sign for the user who made them, for so long as was asked', async () => {
    const key = await create(ann, { duration_seconds: 3600 });
    expect(key).toMatchObject({ access: expect.stringMatching(/^[A-Z0-9]{20}$/), securitytoken: expect.stringMatching(/^\S{43}$/) });
    const { principal, cacheable_until: until } = await authenticate(key);
    expect(principal).toMatchObject({ user_id: acme.user_id, domain_id: acme.domain_id, access_key: key.access, agency_id: '', roles: ['te_admin'] });
    expect(until).toBeLessThanOrEqual(Date.now() + 5000);
    expect(Math.abs(Date.parse(key.expires_at) - Date.now() - 3_600_000)).toBeLessThan(60_000);
  });

  it('work whether the security token is signed with the rest or added afterwards', async () => {
    const { securitytoken, ...pair } = await create(ann);
    const request = signedWith(pair);
    const headers = [...request.headers, { name: 'X-Security-Token', value: securitytoken }];
    await expect(iam.authentication.authenticateSignature({ ...request, headers })).resolves.toMatchObject({ principal: { user_id: acme.user_id } });
  });

  it('need all three parts, and their time', async () => {
    const key = await create(ann);
    const { securitytoken: _, ...pair } = key;
    await expect(authenticate(pair)).rejects.toMatchObject({ reason: 'SECURITY_TOKEN_MISSING' });
    await expect(authenticate({ ...key, securitytoken: 'made up' })).rejects.toMatchObject({ reason: 'SECURITY_TOKEN_UNKNOWN' });
    await expect(authenticate({ ...key, secret: 'x'.repeat(40) })).rejects.toMatchObject({ reason: 'SIGNATURE_MISMATCH' });
    await expect(authenticate({ ...pair, access: acme.access_key, securitytoken: key.securitytoken })).rejects.toMatchObject({ reason: 'SECURITY_TOKEN_UNKNOWN' });
    await iam.sql('UPDATE iam.temporary_credentials SET expires_at = now() WHERE access_key = $1', [key.access]);
    await expect(authenticate(key)).rejects.toMatchObject({ kind: 'unauthenticated', code: 'IAM.1108', reason: 'SECURITY_TOKEN_EXPIRED' });
  });

  it('end with the token they are made with', async () => {
    const { token_value: token, token: shown } = await iam.logIn('acme');
    const key = await create(ann, { id: token, duration_seconds: 86_400 });
    expect(Date.parse(key.expires_at)).toBeLessThanOrEqual(Date.parse(shown!.expires_at));
    const eve = principalOf(acme, await ids.createUser(ann, 'eve'));
    await expect(create(eve, { id: token })).rejects.toMatchObject({ kind: 'forbidden', reason: 'TOKEN_NOT_OWN' });
    await expect(create(ann, { id: 'made up' })).rejects.toMatchObject({ reason: 'TOKEN_NOT_OWN' });
  });

  it('cannot be prolonged with themselves', async () => {
    const first = await create(ann);
    const { principal } = await authenticate(first);
    const second = await create(principal!, { duration_seconds: 86_400 });
    expect(second.expires_at).toBe(first.expires_at);
  });

  it('go with their user', async () => {
    const user = await ids.createUser(ann, 'fleeting');
    const key = await create(principalOf(acme, user));
    await expect(authenticate(key)).resolves.toMatchObject({ principal: { user_id: user.id } });
    await ids.users.keystoneDeleteUser({ user_id: user.id }, iam.as(ann));
    await expect(authenticate(key)).rejects.toMatchObject({ reason: 'SECURITY_TOKEN_UNKNOWN' });
  });

  it('are kept unreadable', async () => {
    const key = await create(ann);
    const rows = await iam.sql<{ row: string }>('SELECT t::text AS row FROM iam.temporary_credentials t');
    const text = rows.map(({ row }) => row).join('\n');
    expect(text).toContain(key.access);
    for (const secret of [key.secret, key.securitytoken]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('hex'));
      expect(iam.log).not.toContain(secret);
    }
  });

  it('that ended a day ago are swept away by the next', async () => {
    const key = await create(ann);
    await iam.sql("UPDATE iam.temporary_credentials SET expires_at = now() - interval '25 hours' WHERE access_key = $1", [key.access]);
    await create(ann);
    await expect(iam.sql('SELECT 1 FROM iam.temporary_credentials WHERE access_key = $1', [key.access])).resolves.toEqual([]);
  });
});
