import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { createLogger } from '@windlass/telemetry';
import { findVictoriaLogs, VictoriaLogsServer } from '@windlass/victorialogs-local';
import { openDatabase } from '../database.js';
import { describeLogStore } from '../lines/testing/log-store-contract.js';
import { VictoriaLogsLogStore } from './victorialogs-log-store.js';

const NOW = Date.parse('2026-02-02T12:00:00Z');
const logger = createLogger('test', { level: 'silent' });

const found = await findVictoriaLogs();
if ('lacking' in found) process.stdout.write(`skipped: ${found.lacking}\n`);

interface Place {
  readonly postgres: TemporaryPostgres;
  readonly dataSource: DataSource;
  readonly connectionString: string;
  readonly server: VictoriaLogsServer;
  close(): Promise<void>;
}

async function newPlace(): Promise<Place> {
  const [postgres, server] = await Promise.all([startTemporaryPostgres(), VictoriaLogsServer.start((found as { program: string }).program)]);
  const connectionString = postgres.connectionString(postgres.database);
  const dataSource = await openDatabase(connectionString);
  const close = async (): Promise<void> => {
    await dataSource.destroy();
    await Promise.all([postgres.stop(), server.stop()]);
  };
  return { postgres, server, connectionString, dataSource, close };
}

async function newStream({ dataSource }: Place, days = 30): Promise<string> {
  const [group, stream] = [randomUUID(), randomUUID()];
  await dataSource.query(`INSERT INTO logs.log_groups (id, domain_id, project_id, name, alias, ttl_in_days, created_at) VALUES ($1, 'd1', 'p1', $2, '', 99, now())`, [group, group]);
  await dataSource.query(`INSERT INTO logs.log_streams (id, group_id, domain_id, project_id, name, alias, ttl_in_days, created_at) VALUES ($1, $2, 'd1', 'p1', 's', '', $3, now())`, [stream, group, days]);
  return stream;
}

const open = ({ connectionString, server }: Place, now = (): number => NOW): VictoriaLogsLogStore => new VictoriaLogsLogStore({ connectionString, address: { url: server.url }, logger, now });

('lacking' in found ? describe.skip : describe)('VictoriaLogs', () => {
  describeLogStore('VictoriaLogs', async () => {
    const place = await newPlace();
    const subject = {
      now: NOW,
      store: undefined as unknown as VictoriaLogsLogStore,
      newStream: (days?: number) => newStream(place, days),
      removeStream: async (id: string) => void (await place.dataSource.query('DELETE FROM logs.log_streams WHERE id = $1', [id])),
      settle: () => subject.store.settle(),
      close: async () => {
        await subject.store.close();
        await place.close();
      },
    };
    subject.store = open(place, () => subject.now);
    return subject;
  });

  describe('the log store in VictoriaLogs', () => {
    let place: Place;
    let store: VictoriaLogsLogStore;

    beforeAll(async () => {
      place = await newPlace();
      store = open(place);
    });
    afterAll(async () => {
      await store?.close();
      await place?.close();
    });

    const batch = (streamId: string, contents: string[]) => ({ batchId: randomUUID(), domainId: 'd1', projectId: 'p1', streamId, lines: contents.map((content) => ({ time: `${NOW}000000`, content, labels: {} })) });
    const contents = async (streamId: string, from: VictoriaLogsLogStore = store) =>
      (await from.query({ streamId, from: 0n, to: 2n ** 63n - 1n, labels: {} }, { order: 'ascending', limit: 100_000, deadline: Infinity })).lines.map(({ content }) => content);

    it('gives VictoriaLogs again what it had taken and not written out when it was killed', async () => {
      const stream = await newStream(place);
      await store.append([batch(stream, ['a', 'b'])]);
      await place.server.kill();
      await place.server.restart();
      await store.settle();
      expect(await contents(stream)).toEqual(['a', 'b']);
      await store.settle();
      expect(await place.dataSource.query('SELECT FROM logs.unsettled_lines WHERE stream_id = $1', [stream])).toEqual([]);
    });

    it('loses and repeats nothing when VictoriaLogs is away while lines come', async () => {
      const stream = await newStream(place);
      await store.append([batch(stream, ['a'])]);
      const late = batch(stream, ['b']);
      await place.server.kill();
      await expect(store.append([late])).rejects.toMatchObject({ kind: 'unavailable' });
      expect(await store.heads([stream])).toEqual(new Map([[stream, BigInt(NOW) * 1_000_000n]]));
      await place.server.restart();
      expect(await store.append([late])).toEqual(['duplicate']);
      await store.settle();
      expect(await contents(stream)).toEqual(['a', 'b']);
    });

    it('posts what a process left behind that ended before it could', async () => {
      const stream = await newStream(place);
      await place.server.kill();
      const ending = open(place);
      await expect(ending.append([batch(stream, ['a', 'b'])])).rejects.toMatchObject({ kind: 'unavailable' });
      await ending.close();
      await place.server.restart();
      await place.dataSource.query(`UPDATE logs.unsettled_lines SET written_at = written_at - interval '1 hour'`);
      await store.settle();
      expect(await contents(stream)).toEqual(['a', 'b']);
      expect((await store.heads([stream])).get(stream)).toBe(BigInt(NOW) * 1_000_000n + 1n);
    });

    it('keeps the lines of each tenant under numbers of its own', async () => {
      const stream = await newStream(place);
      await store.append([batch(stream, ['a'])]);
      const ask = async (headers: Record<string, string>) => (await fetch(`${place.server.url}/select/logsql/query`, { method: 'POST', headers, body: new URLSearchParams({ query: `{log_stream="${stream}"}` }) })).text();
      const [tenant] = (await place.dataSource.query('SELECT account_id, project_id FROM logs.victorialogs_streams WHERE stream_id = $1', [stream])) as [{ account_id: string; project_id: string }];
      expect(await ask({ AccountID: tenant.account_id, ProjectID: tenant.project_id })).toContain('"_msg":"a"');
      expect(await ask({ AccountID: tenant.account_id, ProjectID: '1' })).toBe('');
      expect(await ask({})).toBe('');
    });
  });
});
