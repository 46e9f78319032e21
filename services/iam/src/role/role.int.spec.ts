import { Principal } from '@windlass/contracts/iam/v1/principal';
import { CreateCustomPolicyRequest, ListPermissionsRequest, RoleServiceClient, UpdateCustomPolicyRequest, type Role } from '@windlass/contracts/iam/v1/role_service';
import type { Remote } from '@windlass/grpc';
import { RunningIam } from '../testing/running-iam.js';

const POLICY = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:function:list*'] }] };

describe('roles', () => {
  let iam: RunningIam;
  let roles: Remote<RoleServiceClient>;
  let acme: Principal;
  let other: Principal;

  beforeAll(async () => {
    iam = await RunningIam.start();
    roles = iam.client(RoleServiceClient);
    acme = Principal.fromPartial(await iam.createAccount('acme'));
    other = Principal.fromPartial(await iam.createAccount('other'));
  });
  afterAll(() => iam?.stop());

  const list = (filter: Partial<ListPermissionsRequest>, as = acme) => roles.keystoneListPermissions(ListPermissionsRequest.fromPartial(filter), iam.as(as));
  const create = async (display_name: string, change: Partial<CreateCustomPolicyRequest['role']> = {}, as = acme): Promise<Role> => {
    const request = CreateCustomPolicyRequest.fromPartial({ role: { display_name, type: 'XA', description: 'd', policy: POLICY, ...change } });
    return (await roles.createCustomPolicy(request, iam.as(as))).role as Role;
  };
  const show = (role_id: string, as = acme) => roles.showCustomPolicy({ role_id }, iam.as(as));
  const update = (role_id: string, as = acme) =>
    roles.updateCustomPolicy(UpdateCustomPolicyRequest.fromPartial({ role_id, role: { description: 'changed' } }), iam.as(as));
  const remove = (role_id: string, as = acme) => roles.deleteCustomPolicy({ role_id }, iam.as(as));

  describe('of the system', () => {
    it('are shown to every account, with their policies', async () => {
      const { roles: found, total_number } = await list({ display_name: 'FunctionGraph FullAccess' });
      expect(total_number).toBe(1);
      expect(found).toEqual([
        {
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          name: 'system_all_1',
          display_name: 'FunctionGraph FullAccess',
          catalog: 'FunctionGraph',
          type: 'XA',
          flag: 'fine_grained',
          description: expect.any(String),
          description_cn: expect.any(String),
          domain_id: undefined,
          policy: { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:*:*'] }] },
          links: { self: `http://127.0.0.1:7400/v3/roles/${found[0]?.id}` },
        },
      ]);
      await expect(roles.keystoneShowPermission({ role_id: found[0]?.id ?? '' }, iam.as(other))).resolves.toEqual({ role: found[0] });
    });

    it('are narrowed by name, kind, reach and catalog', async () => {
      const names = async (filter: Partial<ListPermissionsRequest>) => (await list(filter)).roles.map((role) => role.display_name);
      await expect(names({ name: 'te_admin' })).resolves.toEqual(['Tenant Administrator']);
      await expect(names({ display_name: 'Tenant' })).resolves.toEqual(['Tenant Administrator', 'Tenant Guest']);
      await expect(names({ catalog: 'FunctionGraph', permission_type: 'role' })).resolves.toEqual(['FunctionGraph Administrator', 'FunctionGraph Invoker']);
      const domain = await names({ type: 'domain' });
      expect(domain).toEqual(expect.arrayContaining(['Security Administrator', 'Tenant Guest']));
      expect(domain).not.toContain('FunctionGraph FullAccess');
      expect(await names({ type: 'project' })).not.toContain('Security Administrator');
    });

    it('come in pages', async () => {
      const all = await list({});
      const second = await list({ page: 2, per_page: 5 });
      expect(second.roles).toEqual(all.roles.slice(5, 10));
      expect(second.total_number).toBe(all.roles.length);
      for (const wrong of [{ page: 0 }, { per_page: 0 }, { per_page: 301 }, { type: 'both' }, { permission_type: 'rule' }]) {
        await expect(list(wrong)).rejects.toMatchObject({ kind: 'invalid', code: 'IAM.0007' });
      }
    });

    it('can neither be changed nor deleted', async () => {
      const id = (await list({ name: 'te_admin' })).roles[0]?.id ?? '';
      for (const attempt of [update, remove, show]) await expect(attempt(id)).rejects.toMatchObject({ kind: 'not_found', code: 'IAM.0004' });
    });
  });

  describe('that an account writes', () => {
    it('are shown as they were written, with a name that the service chose', async () => {
      const role = await create('Lister', { description_cn: '列出' });
      expect(role).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        name: expect.stringMatching(new RegExp(`^custom_${acme.domain_id}_\\d+$`)),
        display_name: 'Lister',
        catalog: 'CUSTOMED',
        type: 'XA',
        flag: undefined,
        description: 'd',
        description_cn: '列出',
        domain_id: acme.domain_id,
        policy: POLICY,
        links: { self: `http://127.0.0.1:7400/v3/roles/${role.id}` },
        created_time: expect.stringMatching(/^\d{13}$/),
        updated_time: role.created_time,
        references: undefined,
      });
      await expect(show(role.id)).resolves.toEqual({ role: { ...role, references: 0 } });
      await expect(roles.keystoneShowPermission({ role_id: role.id }, iam.as(acme))).resolves.toEqual({ role });
      const listed = await roles.listCustomPolicies({ page: undefined, per_page: undefined }, iam.as(acme));
      expect(listed.roles).toContainEqual(role);
      expect((await list({ domain_id: acme.domain_id })).roles).toEqual(listed.roles);
    });

    it('change in what is named, and keep the rest', async () => {
      const { id } = await create('Changing');
      const request = UpdateCustomPolicyRequest.fromPartial({ role_id: id, role: { display_name: 'Changed' } });
      await expect(roles.updateCustomPolicy(request, iam.as(acme))).resolves.toMatchObject({ role: { id, display_name: 'Changed', description: 'd', policy: POLICY } });
      await expect(show(id)).resolves.toMatchObject({ role: { display_name: 'Changed' } });
    });

    it('are gone when they are deleted', async () => {
      const { id } = await create('Gone');
      await remove(id);
      for (const attempt of [show, remove]) await expect(attempt(id)).rejects.toMatchObject({ kind: 'not_found', reason: 'ROLE_UNKNOWN' });
    });

    it('are refused under the documented codes', async () => {
      await expect(create('x'.repeat(65))).rejects.toMatchObject({ kind: 'invalid', code: 'IAM.1002' });
      await expect(create('Typed', { type: 'AA' })).rejects.toMatchObject({ kind: 'invalid', code: 'IAM.1009' });
      await expect(create('Versioned', { policy: { ...POLICY, Version: '1.0' } })).rejects.toMatchObject({ kind: 'invalid', code: 'IAM.1024' });
      const unstorable = { StringEquals: { 'g:UserName': ['a\0b'] } };
      const policy = { ...POLICY, Statement: [{ ...POLICY.Statement[0], Condition: unstorable }] };
      await expect(create('Unstorable', { policy })).rejects.toMatchObject({ kind: 'invalid', code: 'IAM.1057' });
      await expect(roles.createCustomPolicy({ role: undefined }, iam.as(acme))).rejects.toMatchObject({ kind: 'invalid', code: 'IAM.1001' });
    });

    it('have display names of their own, however many create at the same time', async () => {
      const attempts = await Promise.allSettled(Array.from({ length: 4 }, () => create('Contended')));
      const refusals = attempts.filter((attempt) => attempt.status === 'rejected').map(({ reason }) => reason.reason);
      expect(refusals).toEqual(Array(3).fill('CUSTOM_POLICY_EXISTS'));
      await expect(create('Contended', {}, other)).resolves.toMatchObject({ domain_id: other.domain_id });
    });

    it('are seen and touched by nobody else', async () => {
      const { id } = await create('Private');
      expect((await list({ domain_id: acme.domain_id }, other)).roles).toEqual([]);
      const showPermission = (role_id: string, as: Principal) => roles.keystoneShowPermission({ role_id }, iam.as(as));
      for (const attempt of [show, remove, update, showPermission]) {
        await expect(attempt(id, other)).rejects.toMatchObject({ kind: 'not_found', reason: 'ROLE_UNKNOWN' });
      }
      await expect(show(id)).resolves.toMatchObject({ role: { description: 'd' } });
    });

    it('are not found by ids that cannot be one', async () => {
      for (const id of ['x', 'a\0b', "' OR 1=1 --", '']) await expect(show(id)).rejects.toMatchObject({ kind: 'not_found' });
    });

    it('are as many as the quota says, exactly, when several take the last place', async () => {
      const full = Principal.fromPartial(await iam.createAccount('full'));
      await iam.sql(
        `INSERT INTO iam.custom_policies SELECT md5('p' || n), $1, n, 'P' || n, 'XA', '', '', '{}', now(), now() FROM generate_series(0, 198) AS n`,
        [full.domain_id],
      );
      const attempts = await Promise.allSettled(['one', 'two', 'three'].map((name) => create(name, {}, full)));
      expect(attempts.map((attempt) => (attempt.status === 'fulfilled' ? 'created' : attempt.reason.kind)).sort()).toEqual(['created', 'quota_exceeded', 'quota_exceeded']);
    });
  });

  it('are shown to nobody whom the edge did not name', async () => {
    await expect(roles.keystoneListPermissions(ListPermissionsRequest.fromPartial({}))).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(roles.createCustomPolicy({ role: undefined })).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});
