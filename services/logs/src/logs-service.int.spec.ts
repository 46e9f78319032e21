import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { EnsureFunctionLogRequest } from '@windlass/contracts/logs/v1/log_service';
import { missingGroup, missingStream, RunningLogs, type Tenant } from './testing/running-logs.js';

describe('the log service', () => {
  let running: RunningLogs;

  beforeAll(async () => {
    running = await RunningLogs.start();
  });
  afterAll(() => running?.stop());

  it('creates, lists, changes and deletes groups', async () => {
    const { as, project_id, createGroup } = running.tenant();
    const log_group_id = await createGroup();
    const listed = async () => (await running.logs.listLogGroups({ project_id }, as())).log_groups;
    expect(await listed()).toEqual([{ log_group_id, log_group_name: 'orders', log_group_name_alias: '', ttl_in_days: 30, creation_time: expect.any(Number), tag: {} }]);
    expect(await running.logs.updateLogGroup({ project_id, log_group_id, ttl_in_days: 7, tags: [] }, as())).toMatchObject({ log_group_id, ttl_in_days: 7 });
    expect(await listed()).toMatchObject([{ ttl_in_days: 7 }]);
    await running.logs.deleteLogGroup({ project_id, log_group_id }, as());
    expect(await listed()).toEqual([]);
    await expect(running.logs.deleteLogGroup({ project_id, log_group_id }, as())).rejects.toMatchObject(missingGroup);
  });

  it('tells iam how many groups a project holds, without the one that functions make', async () => {
    const { as, domain_id, project_id, createGroup } = running.tenant();
    const count = async (who: Pick<Tenant, 'as'>) => (await running.resources.countProjectResources({ project_id }, who.as())).log_groups;
    await running.logs.ensureFunctionLog(EnsureFunctionLogRequest.fromPartial({ func_name: 'hello' }), as());
    expect(await count({ as })).toBe(0);
    const log_group_id = await createGroup();
    // The credential may be for another project or the account, and of a caller whose grants reach no group.
    expect(await count(running.tenant({ domain_id, project_id: '', all_enterprise_projects: false }))).toBe(1);
    expect(await count(running.tenant())).toBe(0);
    await running.logs.deleteLogGroup({ project_id, log_group_id }, as());
    expect(await count({ as })).toBe(0);
    await expect(running.resources.countProjectResources({ project_id })).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  it('creates, lists and deletes streams', async () => {
    const { as, project_id, createGroup, createStream } = running.tenant();
    const log_group_id = await createGroup();
    const log_stream_id = await createStream(log_group_id);
    const listed = async () => (await running.logs.listLogStreams({ project_id, log_group_id }, as())).log_streams;
    expect(await listed()).toMatchObject([{ log_stream_id, log_stream_name: 'today', ttl_in_days: -1, whether_log_storage: true }]);
    await running.logs.deleteLogStream({ project_id, log_group_id, log_stream_id }, as());
    expect(await listed()).toEqual([]);
    await expect(running.logs.deleteLogStream({ project_id, log_group_id, log_stream_id }, as())).rejects.toMatchObject(missingStream);
  });

  it('deletes a group with its streams', async () => {
    const { as, project_id, createGroup, createStream, query } = running.tenant();
    const log_group_id = await createGroup();
    const stream = await createStream(log_group_id);
    await running.logs.deleteLogGroup({ project_id, log_group_id }, as());
    await expect(query(log_group_id, stream)).rejects.toMatchObject(missingGroup);
    await expect(createStream(log_group_id)).rejects.toMatchObject(missingGroup);
    const again = await createGroup();
    await expect(query(again, stream)).rejects.toMatchObject(missingStream);
  });

  it('refuses a name that is taken in the same project only', async () => {
    const { createGroup, createStream } = running.tenant();
    const group = await createGroup();
    await createStream(group);
    await expect(createGroup()).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0101' });
    await expect(createStream(group)).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0205' });
    await expect(running.tenant().createGroup()).resolves.toBeDefined();
  });

  it('gives an account no more groups, and a group no more streams, than the quota, however fast they are asked for', async () => {
    const { domain_id, createGroup, createStream } = running.tenant();
    const sibling = running.tenant({ domain_id });
    const group = await createGroup('first');
    const attempts = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? createGroup(`g${index}`) : sibling.createGroup(`g${index}`))));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    const refused = attempts.find((attempt) => attempt.status === 'rejected')?.reason;
    expect(refused).toMatchObject({ kind: 'quota_exceeded', code: 'LTS.0104', message: expect.stringMatching(/lts_group_num of this account is 5 log groups.*PUT \/windlass\/v1\/admin\/accounts/) });

    const streams = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => createStream(group, `s${index}`)));
    expect(streams.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(streams.find((attempt) => attempt.status === 'rejected')?.reason).toMatchObject({ kind: 'quota_exceeded', code: 'LTS.0206' });
  });

  it('gives an account the quotas its operator set', async () => {
    const { domain_id, createGroup, createStream } = running.tenant();
    const groups: string[] = [];
    for (let index = 0; index < 5; index++) groups.push(await createGroup(`g${index}`));
    const payload = AccountEvent.encode({ domain_id, status: 'active', quotas: { lts_group_num: 6, lts_stream_num: 1 }, revision: 0, isolation: 'standard' }).finish();
    await running.bus.publish([{ topic: 'iam.accounts', key: domain_id, id: randomUUID(), payload }]);
    const sixth = () => createGroup('sixth').then((id) => groups.push(id), () => delay(20));
    for (let look = 0; groups.length < 6 && look < 200; look++) await sixth();
    await expect(createGroup('seventh')).rejects.toMatchObject({ code: 'LTS.0104', message: expect.stringContaining('is 6 log groups') });
    await createStream(groups[0]!);
    await expect(createStream(groups[0]!, 'another')).rejects.toMatchObject({ code: 'LTS.0206', message: expect.stringContaining('lts_stream_num') });
  });

  it("knows no group or stream of another project, even of the caller's own account", async () => {
    const owner = running.tenant();
    const group = await owner.createGroup();
    const stream = await owner.createStream(group);
    for (const other of [running.tenant(), running.tenant({ domain_id: owner.domain_id })]) {
      const { as, project_id } = other;
      await expect(running.logs.updateLogGroup({ project_id, log_group_id: group, ttl_in_days: 1, tags: [] }, as())).rejects.toMatchObject(missingGroup);
      await expect(running.logs.deleteLogGroup({ project_id, log_group_id: group }, as())).rejects.toMatchObject(missingGroup);
      await expect(other.createStream(group)).rejects.toMatchObject(missingGroup);
      await expect(running.logs.listLogStreams({ project_id, log_group_id: group }, as())).rejects.toMatchObject(missingGroup);
      await expect(running.logs.deleteLogStream({ project_id, log_group_id: group, log_stream_id: stream }, as())).rejects.toMatchObject(missingGroup);
      await expect(other.query(group, stream)).rejects.toMatchObject(missingGroup);
      await expect(other.query(await other.createGroup(), stream)).rejects.toMatchObject(missingStream);
      await expect(running.logs.ensureFunctionLog({ func_name: 'f', log_group_id: group, log_stream_id: stream }, as())).rejects.toMatchObject(missingGroup);
    }
  });

  it('lets only those in whose grants reach the default enterprise project, where all groups lie', async () => {
    await expect(running.tenant({ all_enterprise_projects: false, enterprise_project_ids: ['0'] }).createGroup()).resolves.toEqual(expect.any(String));
    const beyond = running.tenant({ all_enterprise_projects: false, enterprise_project_ids: [randomUUID()] });
    await expect(beyond.createGroup()).rejects.toMatchObject({ kind: 'forbidden', code: 'LTS.0003' });
    // A function's own log is made for it wherever the function lies.
    const request = { func_name: 'hello', log_group_id: '', log_stream_id: '' };
    await expect(running.logs.ensureFunctionLog(request, beyond.as())).resolves.toMatchObject({ log_stream_name: 'hello' });
  });

  it('refuses callers that are not signed, or name a project that is not theirs', async () => {
    const { as } = running.tenant();
    await expect(running.logs.listLogGroups({ project_id: 'p' }, {})).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(running.logs.listLogGroups({ project_id: 'p' }, as())).rejects.toMatchObject({ kind: 'forbidden', code: 'LTS.0011' });
    await expect(running.logs.listLogGroups({ project_id: '' }, running.tenant({ project_id: '' }).as())).rejects.toMatchObject({ kind: 'forbidden', code: 'LTS.0011' });
  });

  it('takes ids that are no ids for ids of nothing', async () => {
    const { createGroup, query } = running.tenant();
    await expect(query("'; --", 'x')).rejects.toMatchObject(missingGroup);
    await expect(query(await createGroup(), '\0')).rejects.toMatchObject(missingStream);
  });

  describe('for functions', () => {
    const ensure = (caller: Tenant, func_name: string, log_group_id = '', log_stream_id = '') =>
      running.logs.ensureFunctionLog({ func_name, log_group_id, log_stream_id }, caller.as());

    it('makes one group for the project and one stream for each function, once', async () => {
      const caller = running.tenant();
      const first = await ensure(caller, 'hello');
      expect(first).toMatchObject({ log_group_name: 'functiongraph.log.group.default', log_stream_name: 'hello' });
      expect(await ensure(caller, 'hello')).toEqual(first);
      const other = await ensure(caller, 'other');
      expect(other.log_group_id).toBe(first.log_group_id);
      expect(other.log_stream_id).not.toBe(first.log_stream_id);
    });

    it('makes it once also when functions are created at the same time', async () => {
      const caller = running.tenant();
      const all = await Promise.all(Array.from({ length: 6 }, () => ensure(caller, 'hello')));
      expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
    });

    it('takes the group and stream that are given, and makes the stream in a given group', async () => {
      const caller = running.tenant();
      const log_group_id = await caller.createGroup();
      const log_stream_id = await caller.createStream(log_group_id);
      expect(await ensure(caller, 'hello', log_group_id, log_stream_id)).toEqual({ log_group_id, log_group_name: 'orders', log_stream_id, log_stream_name: 'today' });
      expect(await ensure(caller, 'hello', log_group_id)).toMatchObject({ log_group_id, log_stream_name: 'hello' });
      await expect(ensure(caller, 'hello', log_group_id, randomUUID())).rejects.toMatchObject(missingStream);
      await expect(ensure(caller, 'hello', '', log_stream_id)).rejects.toMatchObject({ code: 'LTS.0009' });
    });

    it('has room for more streams than a tenant may make, but not for any number', async () => {
      const caller = running.tenant();
      for (let index = 0; index < 6; index++) await ensure(caller, `f${index}`);
      await expect(ensure(caller, 'f6')).rejects.toMatchObject({ code: 'LTS.0206', message: expect.stringContaining('WINDLASS_LOGS_FUNCTION_STREAMS_PER_GROUP') });
    });
  });
});
