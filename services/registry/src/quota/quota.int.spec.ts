import { randomUUID } from 'node:crypto';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { isWindlassError } from '@windlass/errors';
import { PostgresEventBus } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { Client } from 'pg';
import { eventually, RegistryFixture } from '../testing/registry-fixture.js';

describe('quotas of an account', () => {
  let registry: RegistryFixture;
  beforeAll(async () => {
    registry = await RegistryFixture.start({ functionQuota: 3, codeSizeQuotaMb: 1 });
  });
  afterAll(() => registry.stop());

  it('give the last place to exactly one of many that want it at once', async () => {
    const tenant = registry.tenant();
    for (const func_name of ['a', 'b']) await registry.create(tenant, { func_name });
    const outcomes = await Promise.allSettled(['c', 'd', 'e', 'f'].map((func_name) => registry.create(tenant, { func_name })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toMatchObject({ kind: 'quota_exceeded', code: 'FSS.1041', message: expect.stringMatching(/fgs_func_num of this account is 3 functions.*PUT \/windlass\/v1\/admin\/accounts/) });
      }
    }
    await expect(registry.create(tenant, { func_name: 'g' })).rejects.toMatchObject({ code: 'FSS.1041' });
    const { quotas } = await registry.functions.listQuotas({ project_id: tenant.project }, tenant.metadata());
    expect(quotas).toEqual({
      resources: [
        { type: 'fgs_func_num', quota: 3, used: 3, unit: undefined },
        { type: 'fgs_func_code_size', quota: 1, used: 1, unit: 'MB' },
        { type: 'fgs_func_qos_limit', quota: 100, used: undefined, unit: undefined },
        { type: 'fgs_func_occurs', quota: 90, used: undefined, unit: undefined },
        { type: 'fgs_on_demand_instance_limit', quota: 1000, used: undefined, unit: undefined },
        { type: 'fgs_workflow_num', quota: 0, used: 0, unit: undefined },
      ],
    });
  });

  it('let in exactly as many of fifty creators at once as there is room for, and not one more', async () => {
    const client = new Client({ connectionString: registry.config.databaseUrl });
    const tenant = registry.tenant();
    try {
      await client.connect();
      await client.query("INSERT INTO registry.accounts (domain_id, status, quotas) VALUES ($1, 'active', $2)", [tenant.principal.domain_id, JSON.stringify({ fgs_func_num: 20, fgs_func_code_size: 100 })]);
      await registry.create(tenant, { func_name: 'first' });
      // Only so many packages are checked at once: who is told so tries again, as clients do.
      const persistent = async (func_name: string): Promise<unknown> => {
        const deadline = Date.now() + 50_000;
        for (;;) {
          try {
            return await registry.create(tenant, { func_name });
          } catch (error) {
            if (!isWindlassError(error) || error.kind !== 'throttled' || Date.now() > deadline) throw error;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }
      };
      const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => persistent(`f${index}`)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(19);
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ kind: 'quota_exceeded', code: 'FSS.1041' });
      const stored = await client.query<{ count: number }>("SELECT count(*)::int AS count FROM registry.functions WHERE domain_id = $1", [tenant.principal.domain_id]);
      expect(stored.rows).toEqual([{ count: 20 }]);
      const { quotas } = await registry.functions.listQuotas({ project_id: tenant.project }, tenant.metadata());
      expect(quotas?.resources[0]).toMatchObject({ quota: 20, used: 20 });
    } finally {
      await client.end();
    }
  });

  it('let exactly one of two in at 399 of 400', async () => {
    const standard = await RegistryFixture.start();
    const client = new Client({ connectionString: standard.config.databaseUrl });
    try {
      const tenant = standard.tenant();
      await standard.create(tenant, { func_name: 'first' });
      await client.connect();
      await client.query("UPDATE registry.quota_usage SET used = 399 WHERE domain_id = $1 AND quota = 'fgs_func_num'", [tenant.principal.domain_id]);
      const outcomes = await Promise.allSettled(['a', 'b'].map((func_name) => standard.create(tenant, { func_name })));
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const { quotas } = await standard.functions.listQuotas({ project_id: tenant.project }, tenant.metadata());
      expect(quotas?.resources[0]).toMatchObject({ quota: 400, used: 400 });
    } finally {
      await client.end();
      await standard.stop();
    }
  });

  it('give a place back with a function, and are counted over the projects of the account', async () => {
    const tenant = registry.tenant();
    const sameAccount = registry.tenant(tenant.principal.domain_id);
    for (const func_name of ['a', 'b']) await registry.create(tenant, { func_name });
    await registry.create(sameAccount);
    await expect(registry.create(sameAccount, { func_name: 'd' })).rejects.toMatchObject({ code: 'FSS.1041' });
    await registry.functions.deleteFunction({ project_id: tenant.project, function_urn: 'a' }, tenant.metadata());
    await registry.create(sameAccount, { func_name: 'd' });
    // Another account is not touched by any of this.
    await registry.create(registry.tenant());
  });

  it('bound the code of all functions together, and replaced code counts once', async () => {
    const tenant = registry.tenant();
    const code = (size: number, seed: number): { file: string; link: string } => ({ file: Buffer.from(`#!/bin/sh\n#${String(seed).repeat(size)}`).toString('base64'), link: '' });
    await registry.create(tenant, { code_type: 'inline', func_code: code(600_000, 1) });
    await expect(registry.create(tenant, { func_name: 'b', code_type: 'inline', func_code: code(600_000, 2) })).rejects.toMatchObject({
      kind: 'quota_exceeded',
      code: 'FSS.1042',
      message: expect.stringMatching(/fgs_func_code_size of this account is 1 MB of code/),
    });
    const replace = (size: number): Promise<unknown> =>
      registry.functions.updateFunctionCode(
        { project_id: tenant.project, function_urn: 'hello', code_type: 'inline', code_url: '', code_filename: '', func_code: code(size, 3), depend_version_list: [], code_encrypt_kms_key_id: '' },
        tenant.metadata(),
      );
    await replace(900_000);
    await expect(replace(1_100_000)).rejects.toMatchObject({ code: 'FSS.1042' });
  });

  it('are the own ones of the account when an operator has set them: raised for one more, lowered without taking anything away', async () => {
    const tenant = registry.tenant();
    const { domain_id } = tenant.principal;
    const bus = await PostgresEventBus.open({ connectionString: registry.config.databaseUrl, logger: createLogger('test', { level: 'silent' }) });
    const set = async (fgs_func_num: number): Promise<void> => {
      const payload = AccountEvent.encode({ domain_id, status: 'active', quotas: { fgs_func_num }, revision: 0, isolation: 'standard' }).finish();
      await bus.publish([{ topic: 'iam.accounts', key: domain_id, id: randomUUID(), payload }]);
      await eventually(async () => expect((await numbers()).quota).toBe(fgs_func_num));
    };
    const numbers = async () => {
      const { quotas } = await registry.functions.listQuotas({ project_id: tenant.project }, tenant.metadata());
      return quotas!.resources[0]!;
    };
    try {
      await set(5);
      const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((func_name) => registry.create(tenant, { func_name })));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
      await set(1);
      expect(await numbers()).toMatchObject({ quota: 1, used: 5 });
      await expect(registry.create(tenant, { func_name: 'h' })).rejects.toMatchObject({ code: 'FSS.1041', message: expect.stringContaining('is 1 functions') });
      // Another account has what every account has.
      await registry.create(registry.tenant());
    } finally {
      await bus.close();
    }
  });
});
