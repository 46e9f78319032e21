import { randomUUID } from 'node:crypto';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { AccountAdminServiceClient } from '@windlass/contracts/iam/v1/account_admin_service';
import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import {
  EnterpriseProjectDirectoryServiceClient,
  EnterpriseProjectServiceClient,
  FilterResourcesRequest,
  ListEnterpriseProjectRequest,
} from '@windlass/contracts/iam/v1/enterprise_project_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import {
  EnterpriseProjectResourceServiceService,
  ListEnterpriseProjectResourcesResponse,
  type EnterpriseProjectResource,
  type ListEnterpriseProjectResourcesRequest,
  type MigrateResourceRequest,
} from '@windlass/contracts/registry/v1/enterprise_project_resources';
import type { Remote } from '@windlass/grpc';
import { RunningIam } from '../testing/running-iam.js';

/** The registry as iam meets it: a gRPC server that knows functions by enterprise project. */
async function startRegistryPeer(address: string) {
  const resources: EnterpriseProjectResource[] = [];
  const moves: MigrateResourceRequest[] = [];
  const server = new Server();
  server.addService(EnterpriseProjectResourceServiceService, {
    listEnterpriseProjectResources: (
      { request }: ServerUnaryCall<ListEnterpriseProjectResourcesRequest, unknown>,
      reply: sendUnaryData<ListEnterpriseProjectResourcesResponse>,
    ) => {
      const found = resources.filter((resource) => resource.enterprise_project_id === request.enterprise_project_id);
      reply(null, { resources: found.slice(0, request.limit), total_count: found.length });
    },
    migrateResource: ({ request }: ServerUnaryCall<MigrateResourceRequest, unknown>, reply: sendUnaryData<object>) => {
      moves.push(request);
      reply(null, {});
    },
  } as never);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
  });
  return { resources, moves, close: () => server.forceShutdown() };
}

describe('enterprise projects', () => {
  let iam: RunningIam;
  let registry: Awaited<ReturnType<typeof startRegistryPeer>>;
  let service: Remote<EnterpriseProjectServiceClient>;
  let acme: CreateAccountResponse;
  let other: CreateAccountResponse;

  beforeAll(async () => {
    iam = await RunningIam.start();
    registry = await startRegistryPeer(iam.registryAddress);
    service = iam.client(EnterpriseProjectServiceClient);
    acme = await iam.createAccount('acme');
    other = await iam.createAccount('other');
  });
  afterAll(async () => {
    await iam?.stop();
    registry?.close();
  });

  const as = (account: CreateAccountResponse, reach: readonly string[] | 'all' = 'all') =>
    iam.as(Principal.fromPartial({ domain_id: account.domain_id, user_id: account.user_id, roles: ['te_admin'], ...(reach === 'all' ? { all_enterprise_projects: true } : { enterprise_project_ids: [...reach] }) }));
  const create = async (name: string, account = acme) => (await service.createEnterpriseProject({ name, description: '', type: '' }, as(account))).enterprise_project!;
  const show = (enterprise_project_id: string, caller = as(acme)) => service.showEnterpriseProject({ enterprise_project_id }, caller);
  const act = (enterprise_project_id: string, action: string, caller = as(acme)) => service.actOnEnterpriseProject({ enterprise_project_id, action }, caller);
  const names = async (change: Partial<ListEnterpriseProjectRequest> = {}, caller = as(acme)) => {
    const answer = await service.listEnterpriseProject(ListEnterpriseProjectRequest.fromPartial({ sort_dir: 'asc', ...change }), caller);
    return { names: answer.enterprise_projects.map(({ name }) => name), total: answer.total_count };
  };
  const missing = { kind: 'not_found', code: 'EPS.0404' };

  it('are created, shown, changed, disabled and deleted', async () => {
    const created = await create('shop');
    expect(created).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'shop',
      description: '',
      status: 1,
      type: 'prod',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updated_at: expect.any(String),
      delete_flag: false,
    });
    const { id: enterprise_project_id } = created;
    await service.updateEnterpriseProject({ enterprise_project_id, name: 'store', description: 'sells', type: undefined }, as(acme));
    await expect(show(enterprise_project_id)).resolves.toMatchObject({ enterprise_project: { name: 'store', description: 'sells', type: 'prod' } });
    await expect(service.deleteEnterpriseProject({ enterprise_project_id }, as(acme))).rejects.toMatchObject({ reason: 'ENTERPRISE_PROJECT_ENABLED' });
    await act(enterprise_project_id, 'disable');
    await expect(show(enterprise_project_id)).resolves.toMatchObject({ enterprise_project: { status: 2, delete_flag: true } });
    await act(enterprise_project_id, 'enable');
    await act(enterprise_project_id, 'disable');
    await service.deleteEnterpriseProject({ enterprise_project_id }, as(acme));
    await expect(show(enterprise_project_id)).rejects.toMatchObject(missing);
  });

  it('begin with the default one, which nobody changes', async () => {
    await expect(show('0')).resolves.toMatchObject({ enterprise_project: { id: '0', name: 'default', status: 1, delete_flag: false } });
    for (const change of [
      act('0', 'disable'),
      service.deleteEnterpriseProject({ enterprise_project_id: '0' }, as(acme)),
      service.updateEnterpriseProject({ enterprise_project_id: '0', name: 'mine', description: undefined, type: undefined }, as(acme)),
    ]) {
      await expect(change).rejects.toMatchObject({ kind: 'invalid', reason: 'DEFAULT_PROTECTED' });
    }
  });

  it('are listed by name, state, type and id, in pages and in order', async () => {
    const account = await iam.createAccount('lister');
    for (const name of ['beta', 'alpha', 'Gamma']) await create(name, account);
    const caller = as(account);
    await expect(names({}, caller)).resolves.toEqual({ names: ['default', 'beta', 'alpha', 'Gamma'], total: 4 });
    await expect(names({ sort_key: 'name' }, caller)).resolves.toEqual({ names: ['Gamma', 'alpha', 'beta', 'default'], total: 4 });
    await expect(names({ limit: 2, offset: 1 }, caller)).resolves.toEqual({ names: ['beta', 'alpha'], total: 4 });
    await expect(names({ name: 'A', sort_dir: 'desc' }, caller)).resolves.toMatchObject({ total: 4 });
    await expect(names({ name: 'gam' }, caller)).resolves.toEqual({ names: ['Gamma'], total: 1 });
    await expect(names({ id: '0' }, caller)).resolves.toEqual({ names: ['default'], total: 1 });
    await expect(names({ status: 2 }, caller)).resolves.toEqual({ names: [], total: 0 });
    for (const bad of [{ limit: 0 }, { limit: 1001 }, { status: 3 }, { sort_key: 'size' }, { sort_dir: 'up' }]) await expect(names(bad, caller)).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('are seen by their account only, and there within the reach of the caller only', async () => {
    const { id } = await create('private');
    await expect(show(id, as(other))).rejects.toMatchObject(missing);
    await expect(act(id, 'disable', as(other))).rejects.toMatchObject(missing);
    await expect(show(id, as(acme, []))).rejects.toMatchObject(missing);
    await expect(show(id, as(acme, [id]))).resolves.toBeDefined();
    await expect(names({}, as(acme, [id]))).resolves.toEqual({ names: ['private'], total: 1 });
    await expect(names({}, as(other))).resolves.toEqual({ names: ['default'], total: 1 });
    for (const strange of ['', 'no\0id', '../0', randomUUID()]) await expect(show(strange)).rejects.toMatchObject(missing);
  });

  it('have names that differ within an account, whoever asks first', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 4 }, () => create('contended')));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const attempt of tries) if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ kind: 'conflict', reason: 'ENTERPRISE_PROJECT_EXISTS' });
    await expect(create('contended', other)).resolves.toBeDefined();
  });

  it('are as many as the quota says: of two who want the last place one gets it', async () => {
    const account = await iam.createAccount('bounded');
    const operator = iam.as(Principal.fromPartial({ domain_id: 'd', user_id: 'u', roles: ['op_admin'] }));
    await iam.client(AccountAdminServiceClient).setAccountQuotas({ account_id: account.domain_id, quotas: { enterprise_project: 3 } }, operator);
    for (const name of ['a', 'b']) await create(name, account);
    const tries = await Promise.allSettled(['c', 'd', 'e'].map((name) => create(name, account)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const attempt of tries) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ kind: 'quota_exceeded', message: expect.stringMatching(/enterprise_project of this account is 3 .*PUT/) });
    }
    const { quotas } = await service.showEnterpriseProjectQuota({}, as(account));
    expect(quotas?.resources).toEqual([{ type: 'enterprise_project', quota: 3, used: 3 }]);
  });

  it('hold functions, which the registry tells of and moves', async () => {
    const { id: from } = await create('from');
    const { id: to } = await create('to');
    const resource = { resource_id: 'urn', resource_name: 'hello', resource_type: 'functions', project_id: 'p', project_name: 'local-1', enterprise_project_id: from };
    registry.resources.push(resource);
    const filter = (change: Partial<FilterResourcesRequest> = {}) =>
      service.showResourceBindEnterpriseProject(FilterResourcesRequest.fromPartial({ enterprise_project_id: from, ...change }), as(acme));
    await expect(filter()).resolves.toEqual({ resources: [{ ...resource, enterprise_project_name: 'from' }], errors: [], total_count: 1 });
    await expect(filter({ resource_types: ['vpcs'] })).resolves.toMatchObject({ resources: [], total_count: 0 });
    const migrate = (target: string, resource_type = 'functions') =>
      service.migrateResource({ enterprise_project_id: target, resource_type, resource_id: 'urn', project_id: 'p', region_id: '' }, as(acme));
    await migrate(to);
    expect(registry.moves).toEqual([{ resource_id: 'urn', project_id: 'p', enterprise_project_id: to }]);
    await expect(migrate(to, 'vpcs')).rejects.toMatchObject({ kind: 'invalid' });
    await expect(migrate(randomUUID())).rejects.toMatchObject(missing);
    await act(from, 'disable');
    await expect(migrate(from)).rejects.toMatchObject({ kind: 'invalid', reason: 'ENTERPRISE_PROJECT_DISABLED' });
    await expect(service.deleteEnterpriseProject({ enterprise_project_id: from }, as(acme))).rejects.toMatchObject({ reason: 'ENTERPRISE_PROJECT_IN_USE' });
  });

  it('tell other services whether they take resources', async () => {
    const directory = iam.client(EnterpriseProjectDirectoryServiceClient);
    const { id } = await create('asked');
    const state = async (enterprise_project_id: string, domain_id = acme.domain_id) => (await directory.showEnterpriseProjectState({ domain_id, enterprise_project_id })).state;
    await expect(Promise.all([state('0'), state(id), state(id, other.domain_id), state('no\0')])).resolves.toEqual(['enabled', 'enabled', 'absent', 'absent']);
    await act(id, 'disable');
    await expect(state(id)).resolves.toBe('disabled');
  });
});
