import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type RunningPostgres } from './running-postgres.js';

/** A server with an empty database named `database`. */
export interface TemporaryPostgres extends RunningPostgres {
  readonly database: string;
}

/** A server for tests, in a directory of its own below the system's temporary directory; `stop` removes everything. */
export async function startTemporaryPostgres(): Promise<TemporaryPostgres> {
  const database = 'windlass';
  const directory = await mkdtemp(join(tmpdir(), 'windlass-pg-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const server = await startPostgres({ dataDirectory: join(directory, 'data'), socketDirectory: join(directory, 'socket'), durable: false });
    await server.ensureDatabase(database);
    return { ...server, database, stop: () => server.stop().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}
