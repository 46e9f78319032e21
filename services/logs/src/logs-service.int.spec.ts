import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Metadata } from '@grpc/grpc-js';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { LogBatch } from '@windlass/contracts/logs/v1/log_batch';
import { ListLogContextRequest, ListLogHistogramRequest, LogSearchServiceClient } from '@windlass/contracts/logs/v1/log_search_service';
import { EnsureFunctionLogRequest, LogServiceClient, QueryLogsRequest, type QueryLogsResponse } from '@windlass/contracts/logs/v1/log_service';
import { LogStreamServiceClient, TagLogResourceRequest, UpdateLogStreamRequest } from '@windlass/contracts/logs/v1/log_stream_service';
import { LogTailServiceClient, TailLogsRequest, type TailLogsResponse } from '@windlass/contracts/logs/v1/log_tail_service';
import { ProjectResourceServiceClient } from '@windlass/contracts/logs/v1/project_resources';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { PostgresEventBus } from '@windlass/event-bus';
import { connect, type Remote, type RunningService } from '@windlass/grpc';
import { PrincipalSigner } from '@windlass/principal';
import { createLogger } from '@windlass/telemetry';
import { startLogs } from './index.js';

const principalKey = Buffer.alloc(32, 5);
const signer = new PrincipalSigner(principalKey);
const logged: string[] = [];
const logger = createLogger('logs', { destination: { write: (line) => void logged.push(line) } });
const missingGroup = { kind: 'not_found', code: 'LTS.0201', message: 'The log group does not existed' };
const missingStream = { kind: 'not_found', code: 'LTS.0208', message: 'The log stream does not existed' };

describe('the log service', () => {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-logs-'));
  let postgres: TemporaryPostgres;
  let service: RunningService;
  let bus: PostgresEventBus;
  let logs: Remote<LogServiceClient>;
  let search: Remote<LogSearchServiceClient>;
  let tails: Remote<LogTailServiceClient>;
  let settings: Remote<LogStreamServiceClient>;
  let resources: Remote<ProjectResourceServiceClient>;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    const databaseUrl = postgres.connectionString(postgres.database);
    const grpcAddress = `unix:${join(directory, 'logs.sock')}`;
    service = await startLogs({ grpcAddress, databaseUrl, principalKey, groupsPerAccount: 5, streamsPerGroup: 3, functionStreamsPerGroup: 6, logger });
    bus = await PostgresEventBus.open({ connectionString: databaseUrl, logger });
    logs = connect(LogServiceClient, grpcAddress);
    settings = connect(LogStreamServiceClient, grpcAddress);
    tails = connect(LogTailServiceClient, grpcAddress);
    search = connect(LogSearchServiceClient, grpcAddress);
    resources = connect(ProjectResourceServiceClient, grpcAddress);
  });

  afterAll(async () => {
    logs?.close();
    search?.close();
    tails?.close();
    settings?.close();
    resources?.close();
    await bus?.close();
    await service?.close();
    await postgres?.stop();
    rmSync(directory, { recursive: true });
  });

  /** A caller of an account and project of its own. */
  function tenant(fields: Partial<Principal> = {}) {
    const principal = Principal.fromPartial({ domain_id: randomUUID(), project_id: randomUUID(), user_id: 'u1', all_enterprise_projects: true, ...fields });
    const as = () => {
      const metadata = new Metadata();
      signer.attach(metadata, principal, { requestId: 'r1' });
      return { metadata };
    };
    const { domain_id, project_id } = principal;
    return {
      as,
      domain_id,
      project_id,
      createGroup: async (log_group_name = 'orders') =>
        (await logs.createLogGroup({ project_id, log_group_name, log_group_name_alias: '', tags: [] }, as())).log_group_id,
      createStream: async (log_group_id: string, log_stream_name = 'today') =>
        (await logs.createLogStream({ project_id, log_group_id, log_stream_name, log_stream_name_alias: '', enterprise_project_name: '', tags: [] }, as())).log_stream_id,
      query: (log_group_id: string, log_stream_id: string, fields: Partial<QueryLogsRequest> = {}) => {
        const window = { start_time: String(Date.now() - 3_600_000), end_time: String(Date.now() + 3_600_000) };
        return logs.queryLogs(QueryLogsRequest.fromPartial({ project_id, log_group_id, log_stream_id, ...window, ...fields }), as());
      },
    };
  }
  type Tenant = ReturnType<typeof tenant>;

  async function publish({ domain_id, project_id }: Tenant, log_group_id: string, log_stream_id: string, contents: string[], labels: Record<string, string> = {}) {
    const now = BigInt(Date.now()) * 1_000_000n;
    const lines = contents.map((content, index) => ({ time_unix_nano: String(now + BigInt(index)), content, labels }));
    const payload = LogBatch.encode({ batch_id: randomUUID(), domain_id, project_id, log_group_id, log_stream_id, lines }).finish();
    await bus.publish([{ topic: 'logs.lines', key: log_stream_id, id: randomUUID(), payload }]);
  }

  /** The answer once it has that many rows: ingestion follows the bus, so a reader may come first. */
  async function eventually(rows: number, query: () => Promise<QueryLogsResponse>): Promise<QueryLogsResponse> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const answer = await query();
      if (answer.logs.length >= rows || Date.now() > deadline) return answer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('creates, lists, changes and deletes groups', async () => {
    const { as, project_id, createGroup } = tenant();
    const log_group_id = await createGroup();
    const listed = async () => (await logs.listLogGroups({ project_id }, as())).log_groups;
    expect(await listed()).toEqual([{ log_group_id, log_group_name: 'orders', log_group_name_alias: '', ttl_in_days: 30, creation_time: expect.any(Number), tag: {} }]);
    expect(await logs.updateLogGroup({ project_id, log_group_id, ttl_in_days: 7, tags: [] }, as())).toMatchObject({ log_group_id, ttl_in_days: 7 });
    expect(await listed()).toMatchObject([{ ttl_in_days: 7 }]);
    await logs.deleteLogGroup({ project_id, log_group_id }, as());
    expect(await listed()).toEqual([]);
    await expect(logs.deleteLogGroup({ project_id, log_group_id }, as())).rejects.toMatchObject(missingGroup);
  });

  it('tells iam how many groups a project holds, without the one that functions make', async () => {
    const { as, domain_id, project_id, createGroup } = tenant();
    const count = async (who: Pick<Tenant, 'as'>) => (await resources.countProjectResources({ project_id }, who.as())).log_groups;
    await logs.ensureFunctionLog(EnsureFunctionLogRequest.fromPartial({ func_name: 'hello' }), as());
    expect(await count({ as })).toBe(0);
    const log_group_id = await createGroup();
    // The credential may be for another project or the account, and of a caller whose grants reach no group.
    expect(await count(tenant({ domain_id, project_id: '', all_enterprise_projects: false }))).toBe(1);
    expect(await count(tenant())).toBe(0);
    await logs.deleteLogGroup({ project_id, log_group_id }, as());
    expect(await count({ as })).toBe(0);
    await expect(resources.countProjectResources({ project_id })).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  it('creates, lists and deletes streams', async () => {
    const { as, project_id, createGroup, createStream } = tenant();
    const log_group_id = await createGroup();
    const log_stream_id = await createStream(log_group_id);
    const listed = async () => (await logs.listLogStreams({ project_id, log_group_id }, as())).log_streams;
    expect(await listed()).toMatchObject([{ log_stream_id, log_stream_name: 'today', ttl_in_days: -1, whether_log_storage: true }]);
    await logs.deleteLogStream({ project_id, log_group_id, log_stream_id }, as());
    expect(await listed()).toEqual([]);
    await expect(logs.deleteLogStream({ project_id, log_group_id, log_stream_id }, as())).rejects.toMatchObject(missingStream);
  });

  it('changes how long a stream keeps its lines, and its tags', async () => {
    const { as, project_id, createGroup, createStream } = tenant();
    const log_group_id = await createGroup();
    const log_stream_id = await createStream(log_group_id);
    const update = (fields: Partial<UpdateLogStreamRequest>) => settings.updateLogStream(UpdateLogStreamRequest.fromPartial({ project_id, log_group_id, log_stream_id, ...fields }), as());
    expect(await update({ ttl_in_days: 7, tags: [{ key: 'team', value: 'blue' }] })).toMatchObject({ log_topic_id: log_stream_id, log_topic_name: 'today', ttl_in_days: 7, tag: { team: 'blue' } });
    expect(await update({ ttl_in_days: -1 })).toMatchObject({ ttl_in_days: -1, tag: { team: 'blue' } });
    expect((await logs.listLogStreams({ project_id, log_group_id }, as())).log_streams).toMatchObject([{ ttl_in_days: -1, tag: { team: 'blue' } }]);
    for (const fields of [{}, { ttl_in_days: 0 }, { ttl_in_days: 366 }, { ttl_in_days: 5, tags: [{ key: 'a', value: '' }, { key: 'a', value: 'b' }] }]) {
      await expect(update(fields)).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
    }
    expect(await update({ ttl_in_days: -1 })).toMatchObject({ ttl_in_days: -1, tag: { team: 'blue' } });
  });

  it('tags groups and streams, and the streams of a group with it', async () => {
    const { as, project_id, createGroup, createStream } = tenant();
    const group = await createGroup();
    const streams = [await createStream(group, 's1'), await createStream(group, 's2')];
    const tag = (tagged_type: string, tagged_id: string, fields: Partial<TagLogResourceRequest>) =>
      settings.tagLogResource(TagLogResourceRequest.fromPartial({ project_id, tagged_type, tagged_id, action: 'create', ...fields }), as());
    const tags = async () => [
      (await logs.listLogGroups({ project_id }, as())).log_groups.map((one) => one.tag),
      (await logs.listLogStreams({ project_id, log_group_id: group }, as())).log_streams.map((one) => one.tag),
    ];
    await tag('topics', streams[0]!, { tags: [{ key: 'a', value: '1' }] });
    await tag('groups', group, { tags: [{ key: 'b', value: '2' }] });
    expect(await tags()).toEqual([[{ b: '2' }], [{ a: '1' }, {}]]);
    await tag('groups', group, { tags: [{ key: 'a', value: '3' }], tags_to_streams_enable: 'true' });
    expect(await tags()).toEqual([[{ a: '3', b: '2' }], [{ a: '3' }, { a: '3' }]]);
    await tag('groups', group, { action: 'delete', tags: [{ key: 'a', value: '' }] });
    expect(await tags()).toEqual([[{ b: '2' }], [{ a: '3' }, { a: '3' }]]);
    // Concurrent changes lose nothing.
    await Promise.all(['c', 'd', 'e', 'f'].map((key) => tag('topics', streams[1]!, { tags: [{ key, value: key }] })));
    expect((await tags())[1]?.[1]).toEqual({ a: '3', c: 'c', d: 'd', e: 'e', f: 'f' });
    // What one of the streams has no room for is done to none.
    await tag('topics', streams[0]!, { tags: Array.from({ length: 19 }, (_, index) => ({ key: `k${index}`, value: '' })) });
    await expect(tag('groups', group, { tags: [{ key: 'z', value: '' }], tags_to_streams_enable: true })).rejects.toMatchObject({ message: expect.stringContaining('at most 20 tags') });
    expect((await tags())[0]).toEqual([{ b: '2' }]);
    for (const fields of [{ action: 'replace', tags: [{ key: 'a', value: '' }] }, { tags: [] }]) await expect(tag('groups', group, fields)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(tag('keys', group, { tags: [{ key: 'a', value: '' }] })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(settings.tagLogResource({ project_id: tenant().project_id, tagged_type: 'groups', tagged_id: group, action: 'create', tags: [{ key: 'a', value: '' }] } as never, as())).rejects.toMatchObject({ kind: 'forbidden' });
    const other = tenant();
    const foreign = { project_id: other.project_id, action: 'create', tags: [{ key: 'a', value: '' }] } as never as TagLogResourceRequest;
    await expect(settings.tagLogResource({ ...foreign, tagged_type: 'groups', tagged_id: group }, other.as())).rejects.toMatchObject(missingGroup);
    await expect(settings.tagLogResource({ ...foreign, tagged_type: 'topics', tagged_id: streams[0]! }, other.as())).rejects.toMatchObject(missingStream);
  });

  it('lists the streams of all groups, by parts of names and a page at a time', async () => {
    const { as, project_id, createGroup, createStream } = tenant();
    const [orders, bills] = [await createGroup('orders'), await createGroup('bills')];
    for (const name of ['today', 'older']) await createStream(orders, name);
    await createStream(bills, 'today');
    const list = async (fields: object = {}) => {
      const { log_streams, total } = await settings.listProjectLogStreams({ project_id, log_group_name: '', log_stream_name: '', ...fields }, as());
      return [log_streams.map((one) => one.log_stream_name).join(), total];
    };
    expect(await list()).toEqual(['today,older,today', 3]);
    expect(await list({ log_group_name: 'ord' })).toEqual(['today,older', 2]);
    expect(await list({ log_stream_name: '%' })).toEqual(['', 0]);
    expect(await list({ offset: 1, limit: 1 })).toEqual(['older', 3]);
    await expect(list({ limit: 501 })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
    await expect(settings.listProjectLogStreams({ project_id: tenant().project_id, log_group_name: '', log_stream_name: '' }, as())).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('deletes a group with its streams', async () => {
    const { as, project_id, createGroup, createStream, query } = tenant();
    const log_group_id = await createGroup();
    const stream = await createStream(log_group_id);
    await logs.deleteLogGroup({ project_id, log_group_id }, as());
    await expect(query(log_group_id, stream)).rejects.toMatchObject(missingGroup);
    await expect(createStream(log_group_id)).rejects.toMatchObject(missingGroup);
    const again = await createGroup();
    await expect(query(again, stream)).rejects.toMatchObject(missingStream);
  });

  it('refuses a name that is taken in the same project only', async () => {
    const { createGroup, createStream } = tenant();
    const group = await createGroup();
    await createStream(group);
    await expect(createGroup()).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0101' });
    await expect(createStream(group)).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0205' });
    await expect(tenant().createGroup()).resolves.toBeDefined();
  });

  it('gives an account no more groups, and a group no more streams, than the quota, however fast they are asked for', async () => {
    const { domain_id, createGroup, createStream } = tenant();
    const sibling = tenant({ domain_id });
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
    const { domain_id, createGroup, createStream } = tenant();
    const groups: string[] = [];
    for (let index = 0; index < 5; index++) groups.push(await createGroup(`g${index}`));
    const payload = AccountEvent.encode({ domain_id, status: 'active', quotas: { lts_group_num: 6, lts_stream_num: 1 }, revision: 0 }).finish();
    await bus.publish([{ topic: 'iam.accounts', key: domain_id, id: randomUUID(), payload }]);
    const sixth = () => createGroup('sixth').then((id) => groups.push(id), () => delay(20));
    for (let look = 0; groups.length < 6 && look < 200; look++) await sixth();
    await expect(createGroup('seventh')).rejects.toMatchObject({ code: 'LTS.0104', message: expect.stringContaining('is 6 log groups') });
    await createStream(groups[0]!);
    await expect(createStream(groups[0]!, 'another')).rejects.toMatchObject({ code: 'LTS.0206', message: expect.stringContaining('lts_stream_num') });
  });

  it("knows no group or stream of another project, even of the caller's own account", async () => {
    const owner = tenant();
    const group = await owner.createGroup();
    const stream = await owner.createStream(group);
    for (const other of [tenant(), tenant({ domain_id: owner.domain_id })]) {
      const { as, project_id } = other;
      await expect(logs.updateLogGroup({ project_id, log_group_id: group, ttl_in_days: 1, tags: [] }, as())).rejects.toMatchObject(missingGroup);
      await expect(logs.deleteLogGroup({ project_id, log_group_id: group }, as())).rejects.toMatchObject(missingGroup);
      await expect(other.createStream(group)).rejects.toMatchObject(missingGroup);
      await expect(logs.listLogStreams({ project_id, log_group_id: group }, as())).rejects.toMatchObject(missingGroup);
      await expect(logs.deleteLogStream({ project_id, log_group_id: group, log_stream_id: stream }, as())).rejects.toMatchObject(missingGroup);
      await expect(other.query(group, stream)).rejects.toMatchObject(missingGroup);
      await expect(other.query(await other.createGroup(), stream)).rejects.toMatchObject(missingStream);
      await expect(logs.ensureFunctionLog({ func_name: 'f', log_group_id: group, log_stream_id: stream }, as())).rejects.toMatchObject(missingGroup);
    }
  });

  it('lets only those in whose grants reach the default enterprise project, where all groups lie', async () => {
    await expect(tenant({ all_enterprise_projects: false, enterprise_project_ids: ['0'] }).createGroup()).resolves.toEqual(expect.any(String));
    const beyond = tenant({ all_enterprise_projects: false, enterprise_project_ids: [randomUUID()] });
    await expect(beyond.createGroup()).rejects.toMatchObject({ kind: 'forbidden', code: 'LTS.0003' });
    // A function's own log is made for it wherever the function lies.
    const request = { func_name: 'hello', log_group_id: '', log_stream_id: '' };
    await expect(logs.ensureFunctionLog(request, beyond.as())).resolves.toMatchObject({ log_stream_name: 'hello' });
  });

  it('refuses callers that are not signed, or name a project that is not theirs', async () => {
    const { as } = tenant();
    await expect(logs.listLogGroups({ project_id: 'p' }, {})).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(logs.listLogGroups({ project_id: 'p' }, as())).rejects.toMatchObject({ kind: 'forbidden', code: 'LTS.0011' });
    await expect(logs.listLogGroups({ project_id: '' }, tenant({ project_id: '' }).as())).rejects.toMatchObject({ kind: 'forbidden', code: 'LTS.0011' });
  });

  it('takes ids that are no ids for ids of nothing', async () => {
    const { createGroup, query } = tenant();
    await expect(query("'; --", 'x')).rejects.toMatchObject(missingGroup);
    await expect(query(await createGroup(), '\0')).rejects.toMatchObject(missingStream);
  });

  describe('for functions', () => {
    const ensure = (caller: Tenant, func_name: string, log_group_id = '', log_stream_id = '') =>
      logs.ensureFunctionLog({ func_name, log_group_id, log_stream_id }, caller.as());

    it('makes one group for the project and one stream for each function, once', async () => {
      const caller = tenant();
      const first = await ensure(caller, 'hello');
      expect(first).toMatchObject({ log_group_name: 'functiongraph.log.group.default', log_stream_name: 'hello' });
      expect(await ensure(caller, 'hello')).toEqual(first);
      const other = await ensure(caller, 'other');
      expect(other.log_group_id).toBe(first.log_group_id);
      expect(other.log_stream_id).not.toBe(first.log_stream_id);
    });

    it('makes it once also when functions are created at the same time', async () => {
      const caller = tenant();
      const all = await Promise.all(Array.from({ length: 6 }, () => ensure(caller, 'hello')));
      expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
    });

    it('takes the group and stream that are given, and makes the stream in a given group', async () => {
      const caller = tenant();
      const log_group_id = await caller.createGroup();
      const log_stream_id = await caller.createStream(log_group_id);
      expect(await ensure(caller, 'hello', log_group_id, log_stream_id)).toEqual({ log_group_id, log_group_name: 'orders', log_stream_id, log_stream_name: 'today' });
      expect(await ensure(caller, 'hello', log_group_id)).toMatchObject({ log_group_id, log_stream_name: 'hello' });
      await expect(ensure(caller, 'hello', log_group_id, randomUUID())).rejects.toMatchObject(missingStream);
      await expect(ensure(caller, 'hello', '', log_stream_id)).rejects.toMatchObject({ code: 'LTS.0009' });
    });

    it('has room for more streams than a tenant may make, but not for any number', async () => {
      const caller = tenant();
      for (let index = 0; index < 6; index++) await ensure(caller, `f${index}`);
      await expect(ensure(caller, 'f6')).rejects.toMatchObject({ code: 'LTS.0206', message: expect.stringContaining('WINDLASS_LOGS_FUNCTION_STREAMS_PER_GROUP') });
    });
  });

  describe('lines from the bus', () => {
    async function stream(caller: Tenant) {
      const group = await caller.createGroup();
      return { group, stream: await caller.createStream(group) };
    }

    it('are found by function, version, request id and text', async () => {
      const caller = tenant();
      const { log_group_id: group, log_stream_id: id } = await logs.ensureFunctionLog({ func_name: 'hello', log_group_id: '', log_stream_id: '' }, caller.as());
      const labels = { function: 'hello', version: 'latest', request_id: 'r-1', stream: 'stdout' };
      await publish(caller, group, id, ['GET /orders took 12ms', 'ERROR lost the thread'], labels);
      await publish(caller, group, id, ['GET /other took 1ms'], { ...labels, request_id: 'r-2' });
      await eventually(3, () => caller.query(group, id));

      const byLabels = await caller.query(group, id, { labels: { function: 'hello', version: 'latest', request_id: 'r-1' } });
      expect(byLabels.logs.map(({ content }) => content)).toEqual(['GET /orders took 12ms', 'ERROR lost the thread']);
      expect(byLabels).toMatchObject({ isQueryComplete: true, count: undefined });
      expect(byLabels.logs[0]).toMatchObject({ labels, line_num: expect.stringMatching(/^\d{19}$/) });

      const byText = await caller.query(group, id, { keywords: 'took and not orders', is_count: 'true' });
      expect(byText.logs.map(({ content }) => content)).toEqual(['GET /other <HighLightTag>took</HighLightTag> 1ms']);
      expect(byText.count).toBe(1);
      const plain = await caller.query(group, id, { keywords: 'request_id:r-1 and err*', highlight: false });
      expect(plain.logs.map(({ content }) => content)).toEqual(['ERROR lost the thread']);
    });

    it('are paged by their numbers, in either order and direction', async () => {
      const caller = tenant();
      const { group, stream: id } = await stream(caller);
      await publish(caller, group, id, ['1', '2', '3', '4', '5', '6', '7', '8']);
      const { logs: rows } = await eventually(8, () => caller.query(group, id));
      const line_num = rows[4]?.line_num;
      const page = async (fields: Partial<QueryLogsRequest>) => (await caller.query(group, id, { line_num, limit: '3', ...fields })).logs.map(({ content }) => content).join();
      expect(await page({ search_type: 'forwards' })).toBe('6,7,8');
      expect(await page({ search_type: 'forwards', is_desc: 'true' })).toBe('4,3,2');
      expect(await page({ search_type: 'backwards' })).toBe('2,3,4');
      expect(await page({ search_type: 'backwards', is_desc: true })).toBe('8,7,6');
      expect(await page({})).toBe('6,7,8');
      expect((await caller.query(group, id, { limit: 2, is_count: true })).count).toBe(8);
    });

    it('have their secrets masked before they are kept, where the stream asks for it', async () => {
      const caller = tenant();
      const { group, stream: id } = await stream(caller);
      const request = { project_id: caller.project_id, log_group_id: group, log_stream_id: id };
      expect(await settings.showLogMasking(request, caller.as())).toEqual({ mask_secrets: false });
      await publish(caller, group, id, ['{"password":"seen-1"}']);
      await eventually(1, () => caller.query(group, id));
      expect(await settings.updateLogMasking({ ...request, mask_secrets: true }, caller.as())).toEqual({ mask_secrets: true });
      await publish(caller, group, id, ['{"password":"unseen-2","user":"ann"}']);
      const { logs: rows } = await eventually(2, () => caller.query(group, id));
      expect(rows.map(({ content }) => content)).toEqual(['{"password":"seen-1"}', '{"password":"***","user":"ann"}']);
      expect((await caller.query(group, id, { keywords: 'unseen-2' })).logs).toEqual([]);
      await expect(settings.updateLogMasking(request, caller.as())).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
    });

    it('are analysed: searched, grouped and counted, by fields nobody declared', async () => {
      const caller = tenant();
      const { group, stream: id } = await stream(caller);
      const requests = [{ path: '/a', ms: 10 }, { path: '/a', ms: 30 }, { path: '/b', ms: 20 }].map((request) => JSON.stringify(request));
      await publish(caller, group, id, [...requests, 'started'], { function: 'hello' });
      await eventually(4, () => caller.query(group, id));
      const query = 'path:* | select path, function, count(*) as n, percentile(ms, 0.99) as p99 group by path, function order by n desc';
      expect(await caller.query(group, id, { query, is_analysis_query: 'true' })).toEqual({
        count: undefined,
        logs: [],
        isQueryComplete: true,
        analysisLogs: [{ path: '/a', function: 'hello', n: 2, p99: 30 }, { path: '/b', function: 'hello', n: 1, p99: 20 }],
      });
      expect((await caller.query(group, id, { keywords: '* | select content where path is null', labels: { function: 'hello' } })).analysisLogs).toEqual([{ content: 'started' }]);
      expect((await caller.query(group, id, { query: 'select count(*) as n', labels: { function: 'other' } })).analysisLogs).toEqual([{ n: 0 }]);
      await expect(caller.query(group, id, { query: '* | select nope(1)' })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0301', message: expect.stringContaining('(at character 12)') });
    });

    describe('followed', () => {
      const ask = (caller: Tenant, group: string, id: string, fields: Partial<TailLogsRequest> = {}, wait_ms = 10_000): Promise<TailLogsResponse> =>
        tails.awaitLogs({ tail: TailLogsRequest.fromPartial({ project_id: caller.project_id, log_group_id: group, log_stream_id: id, ...fields }), wait_ms }, caller.as());
      const told = ({ logs: rows }: TailLogsResponse) => rows.map(({ content }) => content).join();

      it('come as soon as they are written, each once, and none of before unless asked for', async () => {
        const caller = tenant();
        const { group, stream: id } = await stream(caller);
        await publish(caller, group, id, ['1', '2', '3']);
        await eventually(3, () => caller.query(group, id));
        const start = await ask(caller, group, id, {}, 0);
        expect(told(start)).toBe('');
        expect(told(await ask(caller, group, id, { last: 2 }, 0))).toBe('2,3');
        expect(told(await ask(caller, group, id, { start_time: Date.now() - 60_000 }, 0))).toBe('1,2,3');
        const waiting = ask(caller, group, id, { line_num: start.line_num });
        await publish(caller, group, id, ['4']);
        const first = await waiting;
        expect(told(first)).toBe('4');
        await publish(caller, group, id, ['5', '6']);
        let { line_num } = first;
        let all = '';
        while (all.length < 2) {
          const next = await ask(caller, group, id, { line_num });
          all += next.logs.map(({ content }) => content).join('');
          line_num = next.line_num;
        }
        expect(all).toBe('56');
      });

      it('are those that are wanted, by text and label', async () => {
        const caller = tenant();
        const { group, stream: id } = await stream(caller);
        const { line_num } = await ask(caller, group, id, {}, 0);
        await publish(caller, group, id, ['GET a', 'PUT b'], { function: 'hello' });
        await publish(caller, group, id, ['GET c'], { function: 'other' });
        await eventually(3, () => caller.query(group, id));
        expect(told(await ask(caller, group, id, { line_num, keywords: 'get', label: ['function=hello'] }))).toBe('GET a');
        // What does not fit is passed by once.
        const none = await ask(caller, group, id, { line_num, keywords: 'missing' }, 0);
        expect(told(none)).toBe('');
        expect(told(await ask(caller, group, id, { line_num: none.line_num }, 0))).toBe('');
      });

      it('are waited for no longer than was asked, and not by those who are gone', async () => {
        const caller = tenant();
        const { group, stream: id } = await stream(caller);
        expect(await ask(caller, group, id, {}, 50)).toMatchObject({ logs: [], line_num: '0'.repeat(19) });
        const deleted = ask(caller, group, id, {}, 5_000);
        await logs.deleteLogStream({ project_id: caller.project_id, log_group_id: group, log_stream_id: id }, caller.as());
        await deleted;
        await expect(ask(caller, group, id)).rejects.toMatchObject(missingStream);
      });

      it('by so many of a project at once', async () => {
        const caller = tenant();
        const { group, stream: id } = await stream(caller);
        const waits = await Promise.allSettled(Array.from({ length: 101 }, () => ask(caller, group, id, {}, 1_500)));
        const refused = waits.filter((wait) => wait.status === 'rejected');
        expect(refused).toHaveLength(1);
        expect(refused[0]?.reason).toMatchObject({ kind: 'throttled', code: 'LTS.0429', message: expect.stringContaining('a project follows at most 100') });
        await expect(ask(caller, group, id, {}, 0)).resolves.toBeDefined();
      });

      it.each<[string, Partial<TailLogsRequest>]>([
        ['line_num', { line_num: '5' }],
        ['start_time', { start_time: -1 }],
        ['last', { last: 1001 }],
        ['label', { label: ['function'] }],
        ['expression', { keywords: 'a and' }],
      ])('only from where can be: %s', async (field, fields) => {
        const caller = tenant();
        const { group, stream: id } = await stream(caller);
        await expect(ask(caller, group, id, fields)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining(field) });
      });
    });

    it('are counted by time, in buckets that cover the window', async () => {
      const caller = tenant();
      const { group, stream: id } = await stream(caller);
      await publish(caller, group, id, ['GET a', 'GET b', 'PUT c'], { function: 'hello' });
      await eventually(3, () => caller.query(group, id));
      const start = Date.now() - 60_000;
      const count = (fields: Partial<ListLogHistogramRequest> = {}) =>
        search.listLogHistogram(
          ListLogHistogramRequest.fromPartial({ project_id: caller.project_id, group_id: group, stream_id: id, start_time: String(start), end_time: start + 99_999, step_interval: '10000', ...fields }),
          caller.as(),
        );
      const all = await count();
      expect(all).toMatchObject({ count: 3, isQueryComplete: true });
      expect(all.histogram.map(({ startTime, endTime }) => endTime - startTime)).toEqual(Array.from({ length: 10 }, () => 10_000));
      expect(all.histogram[0]?.startTime).toBe(start);
      expect(all.histogram.slice(0, 5).map(({ num }) => num)).toEqual([0, 0, 0, 0, 0]);
      expect(await count({ key_word: 'get', labels: { function: 'hello' } })).toMatchObject({ count: 2 });
      expect(await count({ labels: { function: 'other' } })).toMatchObject({ count: 0 });
      await expect(count({ step_interval: 1 })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
      await expect(count({ key_word: 'a and' })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0301' });
      await expect(count({ stream_id: randomUUID() })).rejects.toMatchObject(missingStream);
      await expect(search.listLogHistogram(ListLogHistogramRequest.fromPartial({ project_id: caller.project_id, group_id: group, stream_id: id }), tenant().as())).rejects.toMatchObject({ kind: 'forbidden' });
    });

    it('are shown around one of them, whatever they say', async () => {
      const caller = tenant();
      const { group, stream: id } = await stream(caller);
      await publish(caller, group, id, ['1', '2', '3', '4', '5', '6', '7', '8']);
      const { logs: rows } = await eventually(8, () => caller.query(group, id));
      const around = (line: number | string, fields: Partial<ListLogContextRequest> = {}) =>
        search.listLogContext(
          ListLogContextRequest.fromPartial({ project_id: caller.project_id, log_group_id: group, log_stream_id: id, line_num: typeof line === 'string' ? line : rows[line - 1]?.line_num, ...fields }),
          caller.as(),
        );
      const told = async (answer: ReturnType<typeof around>) => {
        const { logs: lines, total_count, backwards_count, forwards_count, isQueryComplete } = await answer;
        return [lines.map(({ content }) => content).join(''), total_count, backwards_count, forwards_count, isQueryComplete];
      };
      expect(await told(around(4, { backwards_size: 2, forwards_size: '3' }))).toEqual(['234567', 6, 2, 3, true]);
      expect(await told(around(1))).toEqual(['12345678', 8, 0, 7, true]);
      expect(await told(around(8, { backwards_size: 0, forwards_size: 0 }))).toEqual(['8', 1, 0, 0, true]);
      // A line that is gone has neighbours all the same.
      const gap = String(BigInt(rows[7]?.line_num ?? 0) + 1n);
      expect(await told(around(gap, { backwards_size: 1 }))).toEqual(['8', 1, 1, 0, true]);
      for (const wrong of ['5', '', 'x'.repeat(19)]) await expect(around(wrong)).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
      await expect(around(1, { backwards_size: 501 })).rejects.toMatchObject({ message: expect.stringContaining('backwards_size is a number from 0 to 500') });
      await expect(around(1, { log_stream_id: randomUUID() })).rejects.toMatchObject(missingStream);
    });

    it('are found only inside the window', async () => {
      const caller = tenant();
      const { group, stream: id } = await stream(caller);
      await publish(caller, group, id, ['now']);
      await eventually(1, () => caller.query(group, id));
      expect((await caller.query(group, id, { start_time: 0, end_time: 1 })).logs).toEqual([]);
      expect((await caller.query(group, id, { end_time: String(Date.now() - 600_000) })).logs).toEqual([]);
    });

    it('of a stream that is gone, of another tenant or of no sense are dropped and counted, and hold up nobody', async () => {
      const caller = tenant();
      const { group, stream: id } = await stream(caller);
      const gone = await caller.createStream(group, 'gone');
      await logs.deleteLogStream({ project_id: caller.project_id, log_group_id: group, log_stream_id: gone }, caller.as());
      await publish(caller, group, gone, ['lost']);
      await publish(tenant(), group, id, ['forged']);
      await bus.publish([{ topic: 'logs.lines', key: id, id: randomUUID(), payload: Buffer.from('no batch') }]);
      await publish(caller, group, id, ['kept']);
      const answer = await eventually(1, () => caller.query(group, id));
      expect(answer.logs.map(({ content }) => content)).toEqual(['kept']);
      expect(logged.filter((line) => line.includes('of an unknown stream were dropped'))).toHaveLength(2);
      expect(logged.filter((line) => line.includes('is no log batch was dropped'))).toHaveLength(1);
      expect(logged.join('')).not.toMatch(/lost|forged/);
    });

    it('cannot be searched with an expression that is none', async () => {
      const caller = tenant();
      const { group, stream: id } = await stream(caller);
      await expect(caller.query(group, id, { keywords: '*x' })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0301' });
      await expect(caller.query(group, id, { limit: 5001 })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
    });
  });
});
