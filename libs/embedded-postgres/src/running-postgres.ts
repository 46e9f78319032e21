import { mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Client } from 'pg';
import { locateBinaries } from './binaries.js';
import { prepareDataDirectory, SUPERUSER } from './data-directory.js';
import { clearLeftoverServer, recordOwner } from './leftover-server.js';
import { LogTail } from './log-tail.js';
import { childEnd, describeEnd, spawnTied, type ChildEnd } from './tied-child.js';

export interface PostgresOptions {
  /** Absolute path. Created, with a new database cluster in it, when it does not exist. */
  readonly dataDirectory: string;
  /** Absolute path of the directory of the server's unix socket, its only address. Created with mode 0700. */
  readonly socketDirectory: string;
  /** Only a part of the socket's file name; nothing listens on the network. 5432 by default. */
  readonly port?: number;
  /** False trades safety after a power cut for speed: for tests. True by default. */
  readonly durable?: boolean;
  /** Told, in a few words each time, what the start is waiting for. */
  readonly onProgress?: (message: string) => void;
  /** Told every line of the server's log. */
  readonly onLog?: (line: string) => void;
  /** How long the server may recover before the start is given up; 120 000 ms by default. */
  readonly startMilliseconds?: number;
  /** How long a shutdown may take before the server is killed; 20 000 ms by default. */
  readonly stopMilliseconds?: number;
}

/** How the server ended: as asked, or by itself, in which case `message` says all that is known. */
export type PostgresEnd = { readonly kind: 'stopped' } | { readonly kind: 'crashed'; readonly message: string };

export interface RunningPostgres {
  /** A PostgreSQL URL over the unix socket, password included: keep it out of logs. */
  connectionString(database: string): string;
  /** Creates the database where it does not exist. */
  ensureDatabase(name: string): Promise<void>;
  /** Disconnects every client, writes a checkpoint and ends; killed when that takes too long. May be called again. */
  stop(): Promise<void>;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<PostgresEnd>;
}

// sockaddr_un holds 108 bytes with the terminating zero.
const LONGEST_SOCKET_PATH = 107;

/**
 * Starts PostgreSQL as a child of this process and resolves when it accepts connections. The server ends with this
 * process, even when this process is killed. Fails with an Error that carries the end of the server's log.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { dataDirectory, socketDirectory, port = 5432, durable = true, onProgress = () => undefined } = options;
  const socketFile = join(socketDirectory, `.s.PGSQL.${port}`);
  requireUsablePaths(dataDirectory, socketDirectory, socketFile);

  const binaries = await locateBinaries();
  const password = await prepareDataDirectory(binaries, dataDirectory, { sync: durable, onProgress });
  await mkdir(socketDirectory, { recursive: true, mode: 0o700 });
  const stopMilliseconds = options.stopMilliseconds ?? 20_000;
  await clearLeftoverServer(dataDirectory, socketFile, stopMilliseconds);
  await recordOwner(dataDirectory);

  onProgress('starting PostgreSQL');
  const child = spawnTied(binaries.postgres, ['-D', dataDirectory, ...settings(socketDirectory, port, durable)]);
  let announceReady = (): void => undefined;
  const ready = new Promise<'ready'>((resolve) => (announceReady = () => resolve('ready')));
  const log = new LogTail(child.stderr, (line) => {
    if (line.includes('database system is ready to accept connections')) announceReady();
    options.onLog?.(line);
  });

  let stopping = false;
  const end = childEnd(child);
  const ended = end.then((how): PostgresEnd => (stopping ? { kind: 'stopped' } : { kind: 'crashed', message: crashMessage(how, log) }));
  const stop = async (): Promise<void> => {
    stopping = true;
    child.kill('SIGINT');
    if ((await within(stopMilliseconds, end)) === 'late') {
      child.kill('SIGKILL');
      await end;
    }
  };

  const startMilliseconds = options.startMilliseconds ?? 120_000;
  const outcome = await within(startMilliseconds, Promise.race([ready, ended]));
  if (outcome === 'late') {
    await stop();
    throw new Error(`PostgreSQL was not ready after ${startMilliseconds} ms.${log.quoted()}`);
  }
  if (outcome !== 'ready') throw new Error(outcome.kind === 'crashed' ? outcome.message : 'PostgreSQL was stopped while it started.');

  const connectionString = (database: string): string =>
    `postgresql://${SUPERUSER}:${password}@/${encodeURIComponent(database)}?host=${encodeURIComponent(socketDirectory)}&port=${port}`;
  return { connectionString, ensureDatabase: (name) => ensureDatabase(connectionString('postgres'), name), stop, ended };
}

function requireUsablePaths(dataDirectory: string, socketDirectory: string, socketFile: string): void {
  for (const path of [dataDirectory, socketDirectory]) {
    if (!isAbsolute(path)) throw new Error(`PostgreSQL needs absolute paths, and ${path} is relative.`);
  }
  const length = Buffer.byteLength(socketFile);
  if (length > LONGEST_SOCKET_PATH) {
    throw new Error(
      `The path of PostgreSQL's socket, ${socketFile}, has ${length} bytes; unix sockets allow ${LONGEST_SOCKET_PATH}. Choose a shorter directory.`,
    );
  }
}

function settings(socketDirectory: string, port: number, durable: boolean): string[] {
  const values: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: `"${socketDirectory.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    port: String(port),
    max_connections: '200',
    // The start is recognised by a line on standard error, so the log must stay there.
    log_destination: 'stderr',
    logging_collector: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function crashMessage(end: ChildEnd, log: LogTail): string {
  return `PostgreSQL ended by itself (${describeEnd(end)}).${log.quoted()}`;
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, milliseconds, 'late')));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function ensureDatabase(connectionString: string, name: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Somebody else created it between the look and the leap.
    const DUPLICATE_DATABASE = '42P04';
    const UNIQUE_VIOLATION = '23505';
    const { code } = error as { code?: string };
    if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error;
  } finally {
    await client.end();
  }
}
