import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import type { DomainEvent, EventStore } from '@windlass/event-store';
import { openDatabase } from './database.js';
import { logGroupStream, type LogGroupEvent } from './log-group/log-group.decider.js';
import { LogGroupTable } from './log-group/log-group-table.js';
import { logStreamStream, type LogStreamEvent } from './log-stream/log-stream.decider.js';
import { LogStreamTable } from './log-stream/log-stream-table.js';
import { projectTransfer, transferStream } from './transfer/index.js';
import type { TransferEvent } from './transfer/transfer.decider.js';
import { rebuildReadModels } from './rebuild-read-models.js';
import { openEvents } from './stored-events.js';

describe('rebuilding groups, streams and transfers from their events', () => {
  let postgres: TemporaryPostgres;
  let dataSource: DataSource;
  let store: EventStore;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
  });

  beforeEach(async () => {
    const database = `logs_${randomUUID().slice(0, 8)}`;
    await postgres.ensureDatabase(database);
    dataSource = await openDatabase(postgres.connectionString(database));
    store = openEvents(dataSource);
  });

  afterEach(() => dataSource?.destroy());
  afterAll(() => postgres?.stop());

  const groupCreated = (name: string, ttlInDays = 30): LogGroupEvent => ({
    type: 'LogGroupCreated',
    data: { domainId: 'd1', projectId: 'p1', name, alias: '', ttlInDays, tags: {} },
  });
  const streamCreated = (groupId: string, name: string): LogStreamEvent => ({
    type: 'LogStreamCreated',
    data: { domainId: 'd1', projectId: 'p1', groupId, name, alias: '', ttlInDays: null, tags: {} },
  });
  const groupDeleted: LogGroupEvent = { type: 'LogGroupDeleted', data: {} };

  const append = <E extends DomainEvent>(manager: EntityManager, streamId: string, expectedVersion: number, ...events: E[]) =>
    store.append(manager, { streamId, tenant: 'd1', expectedVersion, events, metadata: { actor: 'u1', requestId: 'r1' } });
  const history = (streamId: string, expectedVersion: number, ...events: DomainEvent[]) =>
    dataSource.transaction((manager) => append(manager, streamId, expectedVersion, ...events));
  const rows = (table: string) => dataSource.query<object[]>(`SELECT * FROM logs.${table} ORDER BY id`);

  it('makes what was there again', async () => {
    const [group, gone, stream] = [randomUUID(), randomUUID(), randomUUID()];
    const groups = new LogGroupTable(dataSource);
    const streams = new LogStreamTable(dataSource);
    await dataSource.transaction(async (manager) => {
      for (const event of await append(manager, logGroupStream(group), 0, groupCreated('a'))) await groups.apply(manager, event);
      for (const event of await append(manager, logStreamStream(stream), 0, streamCreated(group, 's'))) await streams.apply(manager, event);
      const settled: LogStreamEvent[] = [
        { type: 'LogStreamRetentionChanged', data: { ttlInDays: 3 } },
        { type: 'LogStreamTagged', data: { tags: { team: 'blue' } } },
        { type: 'LogStreamMaskingChanged', data: { masksSecrets: true } },
      ];
      for (const event of await append(manager, logStreamStream(stream), 1, ...settled)) await streams.apply(manager, event);
      for (const event of await append(manager, logGroupStream(gone), 0, groupCreated('b'), groupDeleted)) await groups.apply(manager, event);
      const changes: LogGroupEvent[] = [{ type: 'LogGroupRetentionChanged', data: { ttlInDays: 7 } }, { type: 'LogGroupTagged', data: { tags: { team: 'red' } } }];
      for (const event of await append(manager, logGroupStream(group), 1, ...changes)) await groups.apply(manager, event);
    });
    const shipping = randomUUID();
    await dataSource.transaction(async (manager) => {
      const settings = { format: 'RAW', enabled: true, periodMinutes: 5, bucket: 'b-1', namePrefix: '', folder: '', timeZone: 'UTC' } as const;
      const events: TransferEvent[] = [
        { type: 'LogTransferCreated', data: { domainId: 'd1', projectId: 'p1', groupId: group, streamIds: [stream], ...settings } },
        { type: 'LogTransferChanged', data: { ...settings, enabled: false } },
      ];
      for (const event of await append(manager, transferStream(shipping), 0, ...events)) await projectTransfer(manager, [event]);
    });
    const before = [await rows('log_groups'), await rows('log_streams'), await rows('log_transfers')];
    expect(before).toMatchObject([[{ id: group, ttl_in_days: 7, tags: { team: 'red' } }], [{ id: stream, ttl_in_days: 3, tags: { team: 'blue' }, masks_secrets: true }], [{ id: shipping, settings: { enabled: false } }]]);
    expect(await rebuildReadModels(store)).toBe(11);
    expect([await rows('log_groups'), await rows('log_streams'), await rows('log_transfers')]).toEqual(before);
  });

  it('is not confused by a creation that stands before the deletion that made room for it', async () => {
    const [old, young, oldStream, youngStream] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await history(logGroupStream(old), 0, groupCreated('a'));
    await history(logGroupStream(young), 0, groupCreated('a', 7));
    await history(logGroupStream(old), 1, groupDeleted);
    await history(logStreamStream(oldStream), 0, streamCreated(young, 's'));
    await history(logStreamStream(youngStream), 0, streamCreated(young, 's'));
    await history(logStreamStream(oldStream), 1, { type: 'LogStreamDeleted', data: {} });
    await rebuildReadModels(store);
    expect(await rows('log_groups')).toMatchObject([{ id: young, ttl_in_days: 7 }]);
    expect(await rows('log_streams')).toMatchObject([{ id: youngStream }]);
  });

  it('is not confused by a stream that stands after the deletion of its group', async () => {
    const group = randomUUID();
    await history(logGroupStream(group), 0, groupCreated('a'), groupDeleted);
    await history(logStreamStream(randomUUID()), 0, streamCreated(group, 's'));
    await rebuildReadModels(store);
    expect(await rows('log_streams')).toEqual([]);
  });
});
