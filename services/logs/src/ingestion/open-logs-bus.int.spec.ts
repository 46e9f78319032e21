import { randomUUID } from 'node:crypto';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import type { PostgresEventBus } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { Client } from 'pg';
import { openLogsBus } from './open-logs-bus.js';

const TOPICS = ['logs.lines', 'iam.accounts'];

describe('the bus as the log service opens it', () => {
  let postgres: TemporaryPostgres;
  let bus: PostgresEventBus;
  let operator: Client;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    const connectionString = postgres.connectionString(postgres.database);
    bus = (await openLogsBus({ databaseUrl: connectionString, logger: createLogger('logs', { destination: { write: () => undefined } }) })) as PostgresEventBus;
    operator = new Client({ connectionString });
    await operator.connect();
  });
  afterAll(async () => {
    await operator?.end();
    await bus?.close();
    await postgres?.stop();
  });

  it('gives up batches an hour after they became lines, and nothing else', async () => {
    const message = (topic: string, id: string) => ({ topic, id, key: 'k', payload: Buffer.from(id) });
    await bus.publish([...TOPICS.map((topic) => message(topic, `old ${topic}`)), message('logs.lines', 'new')]);
    const { promise, resolve } = Promise.withResolvers<void>();
    let seen = 0;
    const consumption = await bus.consume({
      group: randomUUID(),
      topics: TOPICS,
      onMessages: async (messages) => {
        seen += messages.length;
        if (seen === 3) resolve();
      },
    });
    await promise;
    await consumption.stop();
    await operator.query(`UPDATE bus.messages SET published_at = now() - interval '61 minutes' WHERE id LIKE 'old%'`);
    expect(await bus.prune()).toBe(1);
    const { rows } = await operator.query<{ id: string }>('SELECT id FROM bus.messages ORDER BY id');
    expect(rows.map(({ id }) => id)).toEqual(['new', 'old iam.accounts']);
  });
});
