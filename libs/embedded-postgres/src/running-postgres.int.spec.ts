import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { startPostgres, startTemporaryPostgres, type PostgresOptions, type RunningPostgres } from './index.js';
import { serverProcesses } from './leftover-server.js';

describe('startPostgres', () => {
  let directory: string;
  let dataDirectory: string;
  let socketDirectory: string;
  let running: RunningPostgres[];
  let owners: ChildProcess[];

  beforeEach(async () => {
    // mkdtemp makes it 0700: PostgreSQL must cope with directories that only we may enter.
    directory = await mkdtemp(join(tmpdir(), 'pg-spec-'));
    dataDirectory = join(directory, 'data');
    socketDirectory = join(directory, 'socket');
    running = [];
    owners = [];
  });
  afterEach(async () => {
    owners.forEach((owner) => owner.kill('SIGKILL'));
    await Promise.all(running.map((server) => server.stop()));
    await noServerLeft();
    await rm(directory, { recursive: true, force: true });
  });

  const start = async (options: Partial<PostgresOptions> = {}): Promise<RunningPostgres> => {
    const server = await startPostgres({ dataDirectory, socketDirectory, ...options });
    running.push(server);
    return server;
  };

  /** Starts PostgreSQL from another process, and answers when it runs. */
  const startFromElsewhere = async (): Promise<{ owner: ChildProcess; connectionString: string }> => {
    const owner = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'testing/owner.mjs'), dataDirectory, socketDirectory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    owners.push(owner);
    const [connectionString] = (await once(createInterface({ input: owner.stdout! }), 'line')) as [string];
    return { owner, connectionString };
  };

  const query = async (connectionString: string, sql: string): Promise<unknown[]> => {
    const client = new Client({ connectionString });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  const noServerLeft = async (): Promise<void> => {
    for (const deadline = Date.now() + 20_000; (await serverProcesses(dataDirectory)).length > 0; ) expect(Date.now()).toBeLessThan(deadline);
  };

  it('creates a cluster on the first start, and keeps the data from then on', async () => {
    const progress: string[] = [];
    const first = await start({ onProgress: (message) => progress.push(message) });
    await first.ensureDatabase('an "odd" name');
    await first.ensureDatabase('an "odd" name');
    await query(first.connectionString('an "odd" name'), 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)');
    await first.stop();
    expect(await first.ended).toEqual({ kind: 'stopped' });
    expect(progress[0]).toContain('creating a PostgreSQL 18 database cluster');

    const again: string[] = [];
    const second = await start({ onProgress: (message) => again.push(message) });
    expect(await query(second.connectionString('an "odd" name'), 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
    expect(again).toEqual(['starting PostgreSQL']);
  });

  it('is reached over its socket with its password, and in no other way', async () => {
    const server = await start();
    const [settings] = await query(
      server.connectionString('postgres'),
      `SELECT current_setting('listen_addresses') AS addresses, current_setting('fsync') AS fsync, inet_server_addr() AS address`,
    );
    expect(settings).toEqual({ addresses: '', fsync: 'on', address: null });
    const withoutPassword = server.connectionString('postgres').replace(/:[0-9a-f]+@/, ':wrong@');
    await expect(query(withoutPassword, 'SELECT 1')).rejects.toThrow('password authentication failed');
    const modes = await Promise.all([dataDirectory, socketDirectory, join(dataDirectory, 'windlass.password')].map(async (path) => (await stat(path)).mode & 0o777));
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  it('says that the server crashed, and why, and has every committed row after the next start', async () => {
    const first = await start();
    await query(first.connectionString('postgres'), 'CREATE TABLE kept AS SELECT generate_series(1, 10000) AS n');
    const [server] = (await serverProcesses(dataDirectory)).filter((found) => found.parent === process.pid);
    process.kill(server!.pid, 'SIGKILL');
    expect(await first.ended).toMatchObject({ kind: 'crashed', message: expect.stringContaining('SIGKILL') });
    const second = await start();
    expect(await query(second.connectionString('postgres'), 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 10_000 }]);
  });

  it('ends with the process that started it, even when that is killed, and starts again from another', async () => {
    const { owner, connectionString } = await startFromElsewhere();
    await query(connectionString, 'CREATE TABLE kept AS SELECT 1 AS n');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await noServerLeft();
    const server = await start();
    expect(await query(server.connectionString('postgres'), 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('waits for what a killed process left running', async () => {
    const { owner, connectionString } = await startFromElsewhere();
    const client = new Client({ connectionString });
    client.on('error', () => undefined);
    await client.connect();
    const busy = client.query('SELECT pg_sleep(3600)').catch((error: Error) => error.message);
    owner.kill('SIGKILL');
    const server = await start();
    expect(await query(server.connectionString('postgres'), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect(await busy).toMatch(/terminat/);
  });

  it('leaves a server alone that another living process runs, and names the process', async () => {
    const { owner, connectionString } = await startFromElsewhere();
    await expect(start()).rejects.toThrow(`in use: process ${owner.pid}`);
    expect(await query(connectionString, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('is not fooled by lock files whose process id now belongs to another program', async () => {
    await (await start()).stop();
    // Not our own process id: PostgreSQL knows that its parent cannot be its predecessor.
    const bystander = spawn('sleep', ['600'], { stdio: 'ignore' });
    owners.push(bystander);
    const lock = `${bystander.pid}\n${dataDirectory}\n1700000000\n5432\n${socketDirectory}\n\n`;
    await writeFile(join(dataDirectory, 'postmaster.pid'), lock);
    await writeFile(join(socketDirectory, '.s.PGSQL.5432.lock'), lock);
    await start();
  });

  it('starts over when an earlier first start was interrupted', async () => {
    const draft = join(directory, '.data.initdb');
    await mkdir(draft);
    await writeFile(join(draft, 'PG_VERSION'), '18\n');
    await start();
    expect((await readdir(directory)).sort()).toEqual(['data', 'socket']);
  });

  it('refuses a data directory of another major version, and does not touch it', async () => {
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toThrow('was written by PostgreSQL 15, and this is PostgreSQL 18');
    expect(await readdir(dataDirectory)).toEqual(['PG_VERSION']);
  });

  it('refuses a directory that holds something else', async () => {
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'thesis.txt'), 'years of work');
    await expect(start()).rejects.toThrow('neither empty nor a PostgreSQL data directory');
    expect(await readFile(join(dataDirectory, 'thesis.txt'), 'utf8')).toBe('years of work');
  });

  it('says so when the path of the socket is too long, or a path is relative', async () => {
    await expect(start({ socketDirectory: join(directory, 'x'.repeat(100)) })).rejects.toThrow(/has 1\d\d bytes; unix sockets allow 107/);
    await expect(start({ dataDirectory: 'data' })).rejects.toThrow('absolute');
  });

  it('fails with the server’s own words when the server does not come up', async () => {
    await (await start()).stop();
    await appendFile(join(dataDirectory, 'postgresql.conf'), '\nno_such_setting = 1\n');
    await expect(start()).rejects.toThrow(/ended by itself \(exit code 1\)[^]*no_such_setting/);
  });

  it('fails with the words of initdb when the cluster cannot be made', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(start({ dataDirectory: join(directory, 'file', 'data') })).rejects.toThrow(/not a directory/);
  });

  it('can be stopped more than once, and after a crash', async () => {
    const server = await start();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    await noServerLeft();
  });
});

describe('startTemporaryPostgres', () => {
  it('has an empty database of its own and leaves nothing behind', async () => {
    const server = await startTemporaryPostgres();
    const client = new Client({ connectionString: server.connectionString('windlass') });
    await client.connect();
    const { rows } = await client.query<{ directory: string; name: string }>(`SELECT current_setting('data_directory') AS directory, current_database() AS name`);
    await client.end();
    await server.stop();
    const [row] = rows;
    expect(row?.name).toBe(server.database);
    await expect(stat(join(row!.directory, '..'))).rejects.toThrow('ENOENT');
  });
});
