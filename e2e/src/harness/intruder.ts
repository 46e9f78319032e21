import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

/** Somebody who got at the shared platform's database, as its superuser: no grant and no trigger stops them. */
export async function intrude(): Promise<Client> {
  const dataDirectory = process.env.WINDLASS_E2E_DATA_DIRECTORY;
  if (dataDirectory === undefined) throw new Error('the shared platform did not start');
  // Where `npm start` puts the sockets of a deployment; PostgreSQL's own carries its port in its name.
  const sockets = join(tmpdir(), `windlass-${process.getuid?.() ?? 0}-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 12)}`);
  const port = readdirSync(sockets).map((name) => /^\.s\.PGSQL\.(\d+)$/.exec(name)?.[1]).find((found) => found !== undefined);
  const password = readFileSync(join(dataDirectory, 'postgres', 'windlass.password'), 'utf8').trim();
  const client = new Client({ host: sockets, port: Number(port), user: 'windlass', password, database: 'windlass' });
  await client.connect();
  await client.query('SET session_replication_role = replica');
  return client;
}
