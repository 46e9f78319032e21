import { randomUUID } from 'node:crypto';
import { LogSearchServiceService, ListLogContextRequest, ListLogHistogramRequest } from '@windlass/contracts/logs/v1/log_search_service';
import { LogServiceService, EnsureFunctionLogRequest, QueryLogsRequest, UpdateLogGroupRequest } from '@windlass/contracts/logs/v1/log_service';
import { LogStreamServiceService, TagLogResourceRequest, UpdateLogStreamRequest } from '@windlass/contracts/logs/v1/log_stream_service';
import { LogTailServiceService, TailLogsRequest } from '@windlass/contracts/logs/v1/log_tail_service';
import { CreateTransferRequest, LogTransferServiceService, TransferInfo } from '@windlass/contracts/logs/v1/log_transfer_service';
import type { DataSource } from 'typeorm';
import { openDatabase } from './database.js';
import { openEvents } from './stored-events.js';
import { RunningLogs, type Tenant } from './testing/running-logs.js';
import { ChangeTransfers, TransferTable } from './transfer/index.js';

interface Ids {
  readonly group: string;
  readonly stream: string;
  readonly transfer: string;
}

/** Calls that name a stream within a group. */
const OF_STREAMS = /^(deleteLogStream|queryLogs|ensureFunctionLog|updateLogStream|\w+LogMasking|listLog(Histogram|Context)|awaitLogs|createTransfer)$/;

describe('what belongs to somebody else', () => {
  let running: RunningLogs;
  let dataSource: DataSource;
  let ann: Tenant;
  let bob: Tenant;
  let own: Ids;
  let foreign: Ids;

  beforeAll(async () => {
    running = await RunningLogs.start();
    dataSource = await openDatabase(running.databaseUrl);
    [ann, bob] = [running.tenant(), running.tenant()];
    [own, foreign] = [await furnish(ann), await furnish(bob)];
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await running?.stop();
  });

  async function furnish(tenant: Tenant): Promise<Ids> {
    const { group, stream } = await running.stream(tenant);
    const { domain_id: domainId, project_id: projectId } = tenant;
    const changes = new ChangeTransfers(openEvents(dataSource), new TransferTable(dataSource));
    const settings = { format: 'RAW', enabled: false, periodMinutes: 2, bucket: 'b', namePrefix: '', folder: '', timeZone: 'UTC' } as const;
    const { id } = await changes.create({ domainId, projectId, actor: 'u', requestId: 'r', metadata: { actor: 'u', requestId: 'r' } }, group, [stream], settings);
    return { group, stream, transfer: id };
  }

  /** Every call that names a group, a stream or a transfer. */
  const calls: Record<string, (ids: Ids) => Promise<unknown>> = {
    updateLogGroup: ({ group }) => running.logs.updateLogGroup(UpdateLogGroupRequest.fromPartial({ project_id: ann.project_id, log_group_id: group, ttl_in_days: 3 }), ann.as()),
    deleteLogGroup: ({ group }) => running.logs.deleteLogGroup({ project_id: ann.project_id, log_group_id: group }, ann.as()),
    createLogStream: ({ group }) => ann.createStream(group, 'another'),
    listLogStreams: ({ group }) => running.logs.listLogStreams({ project_id: ann.project_id, log_group_id: group }, ann.as()),
    deleteLogStream: ({ group, stream }) => running.logs.deleteLogStream({ project_id: ann.project_id, log_group_id: group, log_stream_id: stream }, ann.as()),
    queryLogs: ({ group, stream }) => running.logs.queryLogs(QueryLogsRequest.fromPartial({ project_id: ann.project_id, log_group_id: group, log_stream_id: stream, start_time: '1', end_time: '2' }), ann.as()),
    ensureFunctionLog: ({ group, stream }) => running.logs.ensureFunctionLog(EnsureFunctionLogRequest.fromPartial({ func_name: 'f', log_group_id: group, log_stream_id: stream }), ann.as()),
    updateLogStream: ({ group, stream }) => running.settings.updateLogStream(UpdateLogStreamRequest.fromPartial({ project_id: ann.project_id, log_group_id: group, log_stream_id: stream, ttl_in_days: 3 }), ann.as()),
    showLogMasking: ({ group, stream }) => running.settings.showLogMasking({ project_id: ann.project_id, log_group_id: group, log_stream_id: stream }, ann.as()),
    updateLogMasking: ({ group, stream }) => running.settings.updateLogMasking({ project_id: ann.project_id, log_group_id: group, log_stream_id: stream, mask_secrets: true } as never, ann.as()),
    listLogHistogram: ({ group, stream }) => running.search.listLogHistogram(ListLogHistogramRequest.fromPartial({ project_id: ann.project_id, group_id: group, stream_id: stream, start_time: 0, end_time: 10_000, step_interval: 5_000 }), ann.as()),
    listLogContext: ({ group, stream }) => running.search.listLogContext(ListLogContextRequest.fromPartial({ project_id: ann.project_id, log_group_id: group, log_stream_id: stream, line_num: '1'.repeat(19) }), ann.as()),
    awaitLogs: ({ group, stream }) => running.tails.awaitLogs({ tail: TailLogsRequest.fromPartial({ project_id: ann.project_id, log_group_id: group, log_stream_id: stream }), wait_ms: 0 }, ann.as()),
    createTransfer: ({ group, stream }) => running.transfers.createTransfer(CreateTransferRequest.fromPartial({ project_id: ann.project_id, log_group_id: group, log_streams: [{ log_stream_id: stream }] }), ann.as()),
    updateTransfer: ({ transfer }) => running.transfers.updateTransfer({ project_id: ann.project_id, log_transfer_id: transfer, log_transfer_info: TransferInfo.fromPartial({ log_transfer_status: 'DISABLE' }) }, ann.as()),
    deleteTransfer: ({ transfer }) => running.transfers.deleteTransfer({ project_id: ann.project_id, log_transfer_id: transfer }, ann.as()),
  };
  const tags: Record<string, (ids: Ids) => Promise<unknown>> = Object.fromEntries(
    (['groups', 'topics'] as const).map((tagged_type) => [
      `tagLogResource of ${tagged_type}`,
      ({ group, stream }: Ids) => running.settings.tagLogResource(TagLogResourceRequest.fromPartial({ project_id: ann.project_id, tagged_type, tagged_id: tagged_type === 'groups' ? group : stream, action: 'create', tags: [{ key: 'k', value: 'v' }] }), ann.as()),
    ]),
  );

  it('is asked for in every call there is', () => {
    const withoutIds = ['createLogGroup', 'listLogGroups', 'listProjectLogStreams', 'listTransfers', 'tailLogs', 'tagLogResource'];
    const all = [LogServiceService, LogStreamServiceService, LogSearchServiceService, LogTailServiceService, LogTransferServiceService].flatMap((service) => Object.keys(service));
    expect([...Object.keys(calls), ...withoutIds].sort()).toEqual(all.sort());
  });

  it('is told apart by no call from what does not exist', async () => {
    const said = (call: (ids: Ids) => Promise<unknown>, ids: Ids): Promise<string> =>
      call(ids).then(
        (answer) => `answered ${JSON.stringify(answer)}`,
        ({ kind, code, message }: { kind: string; code: string; message: string }) => [ids.group, ids.stream, ids.transfer].reduce((text, id) => text.replaceAll(id, '<id>'), `${kind} ${code} ${message}`),
      );
    const missing: Ids = { group: randomUUID(), stream: randomUUID(), transfer: randomUUID() };
    for (const [name, call] of [...Object.entries(calls), ...Object.entries(tags)]) {
      const [ofForeign, ofMissing] = [await said(call, foreign), await said(call, missing)];
      expect(`${name}: ${ofForeign}`).toBe(`${name}: ${ofMissing}`);
      expect(`${name}: ${ofForeign}`).toMatch(/: not_found /);
      if (!OF_STREAMS.test(name)) continue;
      // A stream of somebody else in a group of one's own, and the other way round.
      const mixed = await said(call, { ...foreign, group: own.group });
      expect(`${name}: ${mixed}`).toBe(`${name}: ${await said(call, { ...missing, group: own.group })}`);
      expect(`${name}: ${mixed}`).toMatch(/: not_found /);
      expect(`${name}: ${await said(call, { ...own, group: foreign.group })}`).toMatch(/: not_found /);
    }
    expect((await running.logs.listLogGroups({ project_id: bob.project_id }, bob.as())).log_groups).toMatchObject([{ log_group_id: foreign.group, ttl_in_days: 30 }]);
    expect((await running.logs.listLogStreams({ project_id: bob.project_id, log_group_id: foreign.group }, bob.as())).log_streams).toMatchObject([{ log_stream_id: foreign.stream, tag: {} }]);
    expect((await running.transfers.listTransfers({ project_id: bob.project_id, log_transfer_type: '', log_group_name: '', log_stream_name: '' }, bob.as())).log_transfers).toHaveLength(1);
  });

  it('takes no lines, even when they name its stream', async () => {
    await running.publish(ann, foreign.group, foreign.stream, ['of ann']);
    await running.publish(bob, foreign.group, foreign.stream, ['of bob']);
    const { logs } = await running.eventually(1, () => bob.query(foreign.group, foreign.stream));
    expect(logs.map(({ content }) => content)).toEqual(['of bob']);
  });
});
