import { randomUUID } from 'node:crypto';
import { EnterpriseProjectResourceServiceClient, ListEnterpriseProjectResourcesRequest } from '@windlass/contracts/registry/v1/enterprise_project_resources';
import { ListFunctionsRequest, UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import { connect, type Remote } from '@windlass/grpc';
import { RegistryFixture, type Tenant } from '../testing/registry-fixture.js';

const [SHOP, BILLING] = [randomUUID(), randomUUID()];

describe('functions in enterprise projects', () => {
  let registry: RegistryFixture;
  let resources: Remote<EnterpriseProjectResourceServiceClient>;
  let owner: Tenant;

  beforeAll(async () => {
    registry = await RegistryFixture.start();
    resources = connect(EnterpriseProjectResourceServiceClient, registry.config.grpcAddress);
    owner = registry.tenant();
    for (const id of [SHOP, BILLING]) registry.iam.states.set(`${owner.principal.domain_id}/${id}`, 'enabled');
    await registry.create(owner, { func_name: 'plain' });
    await registry.create(owner, { func_name: 'shop', enterprise_project_id: SHOP });
    await registry.create(owner, { func_name: 'billing', enterprise_project_id: BILLING });
  });
  afterAll(async () => {
    resources?.close();
    await registry?.stop();
  });

  /** A user of the owner's account and project whose grants reach these enterprise projects only. */
  const limited = (...ids: string[]) => registry.tenant(owner.principal.domain_id, ids, owner.project);
  const list = async (who: Tenant, filter: Partial<ListFunctionsRequest> = {}) => {
    const answer = await registry.functions.listFunctions(ListFunctionsRequest.fromPartial({ project_id: who.project, ...filter }), who.metadata());
    return { names: answer.functions.map(({ func_name }) => func_name), count: answer.count };
  };
  const show = (who: Tenant, function_urn: string) => registry.functions.showFunctionConfig({ project_id: who.project, function_urn }, who.metadata());
  const configure = (who: Tenant, function_urn: string, change: Partial<UpdateFunctionConfigRequest>) =>
    registry.functions.updateFunctionConfig(
      UpdateFunctionConfigRequest.fromPartial({ project_id: who.project, function_urn, runtime: 'http', handler: '-', memory_size: 256, timeout: 30, ...change }),
      who.metadata(),
    );

  it('belong to the one they name, or else to the default one', async () => {
    await expect(show(owner, 'plain')).resolves.toMatchObject({ enterprise_project_id: '0' });
    await expect(show(owner, 'shop')).resolves.toMatchObject({ enterprise_project_id: SHOP });
    await expect(list(owner, { enterprise_project_id: SHOP })).resolves.toEqual({ names: ['shop'], count: 1 });
    await expect(list(owner)).resolves.toEqual({ names: ['plain', 'shop', 'billing'], count: 3 });
  });

  it('are seen, counted and touched only where the permissions of the caller reach', async () => {
    await expect(list(limited(SHOP))).resolves.toEqual({ names: ['shop'], count: 1 });
    await expect(list(limited(SHOP, '0'))).resolves.toEqual({ names: ['plain', 'shop'], count: 2 });
    await expect(list(limited())).resolves.toEqual({ names: [], count: 0 });
    await expect(list(limited(SHOP), { enterprise_project_id: BILLING })).resolves.toEqual({ names: [], count: 0 });
    const missing = { kind: 'not_found', code: 'FSS.1051' };
    const stranger = limited(SHOP);
    await expect(show(stranger, 'billing')).rejects.toMatchObject(missing);
    await expect(configure(stranger, 'billing', { description: 'mine' })).rejects.toMatchObject(missing);
    await expect(registry.functions.deleteFunction({ project_id: stranger.project, function_urn: 'billing' }, stranger.metadata())).rejects.toMatchObject(missing);
    await expect(registry.invocations.resolveInvocation({ project_id: stranger.project, function_urn: 'billing' }, stranger.metadata())).rejects.toMatchObject(missing);
  });

  it('are not put where the permissions of the caller do not reach, nor where there is nothing or no room', async () => {
    const forbidden = { kind: 'forbidden', code: 'FSS.1127' };
    await expect(registry.create(limited(SHOP), { func_name: 'new', enterprise_project_id: BILLING })).rejects.toMatchObject(forbidden);
    // Who names none means the default one.
    await expect(registry.create(limited(SHOP), { func_name: 'new' })).rejects.toMatchObject(forbidden);
    await expect(configure(limited(SHOP), 'shop', { enterprise_project_id: BILLING })).rejects.toMatchObject(forbidden);
    await expect(registry.create(owner, { func_name: 'new', enterprise_project_id: randomUUID() })).rejects.toMatchObject({ kind: 'invalid', message: expect.stringMatching(/does not exist/) });
    const closed = randomUUID();
    registry.iam.states.set(`${owner.principal.domain_id}/${closed}`, 'disabled');
    await expect(registry.create(owner, { func_name: 'new', enterprise_project_id: closed })).rejects.toMatchObject({ kind: 'invalid', message: expect.stringMatching(/is disabled/) });
    // Another account's is nobody's here.
    await expect(registry.create(registry.tenant(), { enterprise_project_id: SHOP })).rejects.toMatchObject({ kind: 'invalid', message: expect.stringMatching(/does not exist/) });
  });

  it('stay where they are when a change of the configuration names none, and move when it names one', async () => {
    await registry.create(limited(SHOP), { func_name: 'mover', enterprise_project_id: SHOP });
    await expect(configure(owner, 'mover', { description: 'a' })).resolves.toMatchObject({ enterprise_project_id: SHOP });
    await expect(configure(owner, 'mover', { description: 'a', enterprise_project_id: BILLING })).resolves.toMatchObject({ enterprise_project_id: BILLING });
    await expect(list(limited(BILLING))).resolves.toEqual({ names: ['billing', 'mover'], count: 2 });
    await registry.functions.deleteFunction({ project_id: owner.project, function_urn: 'mover' }, owner.metadata());
  });

  describe('as iam asks for them', () => {
    const found = async (who: Tenant, request: Parameters<typeof ListEnterpriseProjectResourcesRequest.fromPartial>[0]) =>
      (await resources.listEnterpriseProjectResources(ListEnterpriseProjectResourcesRequest.fromPartial({ limit: 100, ...request }), who.metadata())).resources;

    it('are listed over all projects of the account, and of no other', async () => {
      const [resource] = await found(owner, { enterprise_project_id: SHOP });
      expect(resource).toEqual({
        resource_id: `urn:fss:local-1:${owner.project}:function:default:shop:latest`,
        resource_name: 'shop',
        resource_type: 'functions',
        project_id: owner.project,
        project_name: 'local-1',
        enterprise_project_id: SHOP,
      });
      await expect(found(registry.tenant(), { enterprise_project_id: SHOP })).resolves.toEqual([]);
      await expect(found(limited(BILLING), { enterprise_project_id: SHOP })).resolves.toEqual([]);
      await expect(found(owner, { enterprise_project_id: SHOP, resource_name: 'SH' })).resolves.toHaveLength(1);
      await expect(found(owner, { enterprise_project_id: SHOP, resource_id: resource!.resource_id })).resolves.toHaveLength(1);
      await expect(found(owner, { enterprise_project_id: SHOP, resource_id: 'no urn' })).resolves.toEqual([]);
      await expect(found(owner, { enterprise_project_id: SHOP, project_ids: ['other'] })).resolves.toEqual([]);
    });

    it('move for the account that owns them, within the reach of the caller', async () => {
      await registry.create(owner, { func_name: 'migrant' });
      const urn = `urn:fss:local-1:${owner.project}:function:default:migrant`;
      const move = (who: Tenant) => resources.migrateResource({ resource_id: urn, project_id: owner.project, enterprise_project_id: SHOP }, who.metadata());
      await expect(move(registry.tenant())).rejects.toMatchObject({ kind: 'not_found' });
      await expect(move(limited(SHOP))).rejects.toMatchObject({ kind: 'not_found' });
      await expect(move(limited('0'))).rejects.toMatchObject({ kind: 'forbidden', code: 'FSS.1127' });
      await move(owner);
      await move(owner);
      await expect(show(owner, 'migrant')).resolves.toMatchObject({ enterprise_project_id: SHOP });
    });
  });
});
