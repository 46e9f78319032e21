import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BucketAddress } from '../bucket-address.js';

export { presignedUrl } from './presigned-url.js';

// A real server of the S3 protocol over a folder, built once by the Go toolchain and kept in the user's cache.
const VERSION = 'v1.8.0';
const MODULE = 'github.com/versity/versitygw/cmd/versitygw';
const BUILD_MILLISECONDS = 8 * 60_000;

export interface S3Server {
  /** Where its buckets are folders and their objects files, for who looks past the protocol. */
  readonly directory: string;
  /** A new, empty bucket. */
  newBucket(): Promise<BucketAddress>;
  stop(): Promise<void>;
}

/** The program, or why there is none: tests of S3 are then skipped with that reason. */
export async function findS3Server(): Promise<{ readonly program: string } | { readonly lacking: string }> {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'windlass', `versitygw-${VERSION}`);
  const program = join(folder, 'versitygw');
  if (existsSync(program)) return { program };
  if (spawnSync('go', ['version']).status !== 0) return { lacking: 'no S3 server: the Go toolchain that builds one is not installed' };
  // Built beside its place: a test run that is ended half way leaves no half program, and two at once do not mix.
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`;
  await mkdir(unfinished, { recursive: true });
  try {
    const build = spawn('go', ['install', `${MODULE}@${VERSION}`], { env: { ...process.env, GOBIN: unfinished }, stdio: ['ignore', 'ignore', 'pipe'], timeout: BUILD_MILLISECONDS });
    const complaints: string[] = [];
    createInterface({ input: build.stderr }).on('line', (line) => complaints.push(line));
    const [code] = (await once(build, 'close')) as [number | null];
    if (code !== 0) return { lacking: `no S3 server: it could not be built (${complaints.at(-1) ?? 'no reason given'})` };
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(program)) throw error;
    });
    return { program };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Starts the server on a free port of the loopback interface with an empty folder. */
export async function startS3Server(program: string): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-s3-'));
  const credentials = { accessKeyId: 'test', secretAccessKey: randomBytes(16).toString('hex') };
  const port = await freePort();
  const data = join(folder, 'data');
  await mkdir(data);
  const server = spawn(program, ['--port', `127.0.0.1:${port}`, 'posix', '--sidecar', await made(join(folder, 'metadata')), data], {
    env: { ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  server.stdout.resume();
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(endpoint, () => server.exitCode ?? server.signalCode);
  let buckets = 0;
  return {
    directory: data,
    newBucket: async () => {
      const bucket = `bucket-${(buckets += 1)}`;
      await mkdir(join(data, bucket));
      return { bucket, prefix: '', endpoint, region: 'us-east-1', credentials };
    },
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function made(folder: string): Promise<string> {
  await mkdir(folder);
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answering(endpoint: string, ended: () => number | string | null): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answered = await fetch(endpoint).then(() => true, () => false);
    if (answered) return;
    if (ended() !== null) throw new Error(`the S3 server ended at once (${ended()})`);
    if (Date.now() > deadline) throw new Error('the S3 server did not answer within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
