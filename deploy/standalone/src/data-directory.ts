import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { processStat } from './process-stat.js';

const FORMAT = 1;

/** Everything a deployment keeps on disk, and nothing outside it. All of it is readable by its owner only. */
export interface DataDirectory {
  readonly path: string;
  readonly database: string;
  readonly packages: string;
  readonly worker: string;
  readonly logs: string;
  readonly credentialsFile: string;
  readonly seedFile: string;
  /** Reads the 32-byte key of that name, making it on first use. */
  key(name: 'principal' | 'link' | 'iam-secrets' | 'registry-secrets' | 'kms-root'): Buffer;
  release(): void;
}

/**
 * Opens the directory for this process alone. Fails with a sentence for the operator when another process holds it, when it
 * was written by a later release, or when the region differs from the one its data was made in.
 */
export function openDataDirectory(path: string, region: string): DataDirectory {
  for (const folder of [path, 'keys', 'packages', 'worker', 'logs'].map((name) => (name === path ? path : join(path, name)))) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const release = takeLock(join(path, 'lock'));
  try {
    checkFormat(join(path, 'format.json'), region);
  } catch (error) {
    release();
    throw error;
  }
  return {
    path,
    database: join(path, 'postgres'),
    packages: join(path, 'packages'),
    worker: join(path, 'worker'),
    logs: join(path, 'logs'),
    credentialsFile: join(path, 'credentials.json'),
    seedFile: join(path, 'keys', 'seed.json'),
    key: (name) => readOrMakeKey(join(path, 'keys', `${name}.key`)),
    release,
  };
}

/** Writes so that a reader sees the old content or the new, never a part, and nobody but the owner sees either. */
export function writePrivateFile(file: string, content: string | Buffer): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, file);
}

function readOrMakeKey(file: string): Buffer {
  if (!existsSync(file)) writePrivateFile(file, randomBytes(32));
  const key = readFileSync(file);
  if (key.length !== 32) throw new Error(`${file} should hold 32 bytes and holds ${key.length}: it is damaged. Restore it from a backup; without it the data under it is lost.`);
  return key;
}

function checkFormat(file: string, region: string): void {
  if (!existsSync(file)) {
    writePrivateFile(file, `${JSON.stringify({ format: FORMAT, region })}\n`);
    return;
  }
  const found = JSON.parse(readFileSync(file, 'utf8')) as { format: number; region: string };
  if (found.format > FORMAT) throw new Error(`the data directory was written by a later release (format ${found.format}, this one knows ${FORMAT})`);
  if (found.region !== region) {
    throw new Error(`the data belongs to region ${found.region}, and function URNs carry it: start with --region ${found.region}, or choose another --data-dir`);
  }
}

function takeLock(file: string): () => void {
  const holder = readHolder(file);
  if (holder !== undefined) throw new Error(`Windlass already runs on this data directory (process ${holder}). Stop it first, or choose another --data-dir.`);
  rmSync(file, { force: true });
  const handle = openSync(file, 'wx', 0o600);
  writeSync(handle, `${process.pid} ${processStat(process.pid)?.startTime ?? ''}\n`);
  closeSync(handle);
  return () => rmSync(file, { force: true });
}

/** The process that holds the lock, if it still lives: a number alone could have gone to another program since. */
function readHolder(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const [pid = '', started = ''] = readFileSync(file, 'utf8').trim().split(' ');
  const holder = processStat(Number(pid));
  // A dead process that nobody has waited for yet holds nothing.
  return started !== '' && holder?.startTime === started && holder.state !== 'Z' ? Number(pid) : undefined;
}
