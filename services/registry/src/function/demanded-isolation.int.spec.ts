import { randomUUID } from 'node:crypto';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import { RollbackFunctionRequest } from '@windlass/contracts/registry/v1/rollback_service';
import { PostgresEventBus } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { eventually, RegistryFixture, type Tenant } from '../testing/registry-fixture.js';

const REFUSED = { kind: 'forbidden', code: 'FSS.0403', reason: 'ISOLATION_DEMANDED', message: expect.stringContaining('/windlass/v1/isolation') };

describe('functions of an account that demands strong isolation', () => {
  let registry: RegistryFixture;
  let bus: PostgresEventBus;

  beforeAll(async () => {
    registry = await RegistryFixture.start();
    bus = await PostgresEventBus.open({ connectionString: registry.config.databaseUrl, logger: createLogger('test', { level: 'silent' }) });
  });
  afterAll(async () => {
    await bus?.close();
    await registry?.stop();
  });

  /** In force when a new function is made by it. */
  const demand = async (tenant: Tenant, isolation: 'standard' | 'strong', revision: number): Promise<void> => {
    const { domain_id } = tenant.principal;
    const payload = AccountEvent.encode({ domain_id, status: 'active', quotas: {}, isolation, revision }).finish();
    await bus.publish([{ topic: 'iam.accounts', key: domain_id, id: randomUUID(), payload }]);
    await eventually(async () => expect((await registry.create(tenant, { func_name: `f-${randomUUID()}` })).enable_class_isolation).toBe(isolation === 'strong'));
  };
  const update = (tenant: Tenant, function_urn: string, change: Partial<UpdateFunctionConfigRequest>) =>
    registry.functions.updateFunctionConfig(UpdateFunctionConfigRequest.fromPartial({ project_id: tenant.project, function_urn, timeout: 30, memory_size: 256, handler: '-', runtime: 'http', ...change }), tenant.metadata());

  it('have it when they say nothing, are refused when they ask for less, and say for themselves again when it is demanded no longer', async () => {
    const tenant = registry.tenant();
    const { func_urn, enable_class_isolation } = await registry.create(tenant, { func_name: 'before' });
    expect(enable_class_isolation).toBe(false);
    await demand(tenant, 'strong', 1);
    await expect(update(tenant, func_urn, { enable_class_isolation: false })).rejects.toMatchObject(REFUSED);
    await expect(update(tenant, func_urn, {})).resolves.toMatchObject({ enable_class_isolation: true });
    await demand(tenant, 'standard', 2);
    await expect(update(tenant, func_urn, { enable_class_isolation: false })).resolves.toMatchObject({ enable_class_isolation: false });
  });

  it('do not go back to less', async () => {
    const tenant = registry.tenant();
    const { func_urn } = await registry.create(tenant, { func_name: 'rolled-back' });
    const { func_urn: later } = await registry.create(tenant, { func_name: 'marks-the-time' });
    const to = new Date().toISOString();
    await demand(tenant, 'strong', 1);
    await update(tenant, func_urn, {});
    const look = (function_urn: string) => registry.rollbacks.rollbackFunction(RollbackFunctionRequest.fromPartial({ project_id: tenant.project, function_urn, to, dry_run: true }), tenant.metadata());
    await expect(look(func_urn)).resolves.toMatchObject({ obstacles: [expect.objectContaining({ error_code: 'FSS.0403', part: 'configuration' })] });
    await expect(look(later)).resolves.toMatchObject({ obstacles: [] });
  });
});
