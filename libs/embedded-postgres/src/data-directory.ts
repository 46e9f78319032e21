import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.js';
import { LogTail } from './log-tail.js';
import { childEnd, describeEnd, spawnTied } from './tied-child.js';

/** The one role of the server, a superuser; its password never leaves this machine. */
export const SUPERUSER = 'windlass';

const PASSWORD_FILE = 'windlass.password';

/**
 * Makes the data directory where there is none and answers the superuser's password. A directory that another major
 * version of PostgreSQL wrote, or that is not PostgreSQL's at all, is refused untouched.
 */
export async function prepareDataDirectory(
  binaries: PostgresBinaries,
  dataDirectory: string,
  options: { sync: boolean; onProgress: (message: string) => void },
): Promise<string> {
  const version = await writtenBy(dataDirectory);
  if (version === undefined) await createDataDirectory(binaries, dataDirectory, options);
  else if (version !== binaries.majorVersion) {
    throw new Error(
      `${dataDirectory} was written by PostgreSQL ${version}, and this is PostgreSQL ${binaries.majorVersion}: ` +
        `dump it with version ${version} and restore it into a new directory, or run PostgreSQL ${version}.`,
    );
  }
  return readPassword(dataDirectory);
}

async function writtenBy(dataDirectory: string): Promise<string | undefined> {
  const names = await readdir(dataDirectory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new Error(`The data directory ${dataDirectory} cannot be read: ${error.message}`, { cause: error });
  });
  if (names.length === 0) return undefined;
  if (!names.includes('PG_VERSION')) throw new Error(`${dataDirectory} is neither empty nor a PostgreSQL data directory.`);
  return (await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8')).trim();
}

/** The directory appears under its name only when it is whole, so an interrupted first start leaves nothing to repair. */
async function createDataDirectory(
  binaries: PostgresBinaries,
  dataDirectory: string,
  { sync, onProgress }: { sync: boolean; onProgress: (message: string) => void },
): Promise<void> {
  onProgress(`creating a PostgreSQL ${binaries.majorVersion} database cluster in ${dataDirectory}`);
  const draft = join(dirname(dataDirectory), `.${basename(dataDirectory)}.initdb`);
  const passwordFile = `${draft}.password`;
  const password = randomBytes(24).toString('hex');
  await mkdir(dirname(dataDirectory), { recursive: true, mode: 0o700 });
  await rm(draft, { recursive: true, force: true });
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    await initdb(binaries, [
      `--pgdata=${draft}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth-local=scram-sha-256',
      '--auth-host=reject',
      '--locale=C',
      '--encoding=UTF8',
      '--data-checksums',
      '--no-instructions',
      ...(sync ? [] : ['--no-sync']),
    ]);
    await writeFile(join(draft, PASSWORD_FILE), password, { mode: 0o600, flush: sync });
    await rename(draft, dataDirectory);
  } finally {
    await Promise.all([rm(draft, { recursive: true, force: true }), rm(passwordFile, { force: true })]);
  }
  onProgress('the database cluster is ready');
}

async function initdb(binaries: PostgresBinaries, args: readonly string[]): Promise<void> {
  const child = spawnTied(binaries.initdb, args);
  const log = new LogTail(child.stderr);
  const end = await childEnd(child);
  if (end.code !== 0) throw new Error(`initdb failed (${describeEnd(end)}).${log.quoted()}`, { cause: end.error });
}

async function readPassword(dataDirectory: string): Promise<string> {
  const file = join(dataDirectory, PASSWORD_FILE);
  const password = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`The database password cannot be read from ${file}; the data directory was not made by Windlass or lost it.`, { cause });
  });
  if (password === '') throw new Error(`The database password file ${file} is empty.`);
  return password;
}
