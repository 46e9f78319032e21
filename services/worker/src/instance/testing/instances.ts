import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { readFileSync } from 'node:fs';
import koffi from 'koffi';
import type { Logger } from '@windlass/telemetry';
import { prepareRuntimes, sandboxPath, type Instance, type InstanceSpec, type IsolationClass } from '../index.js';
import { findRunsc } from './runsc.js';

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/**
 * Why instances cannot run in this process, if they cannot. An ordinary user needs a user namespace around the worker;
 * `rootless.int.spec.ts` makes one and runs the same suites in it.
 */
export function whyNoSandbox(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root here: the rootless suite runs these tests under "unshare --user --map-root-user"';
  try {
    execFileSync('bwrap', ['--unshare-user', '--unshare-net', '--ro-bind', '/', '/', '--', '/bin/true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `bubblewrap makes no sandbox here: ${(error as Error).message}`;
  }
}

/** `describe`, or a skipped one with the reason printed. */
export function describeWithSandbox(name: string, body: () => void): void {
  const reason = whyNoSandbox();
  if (reason === undefined) return void describe(name, body);
  process.stderr.write(`skipped "${name}": ${reason}\n`);
  describe.skip(name, body);
}

/** One isolation class a suite runs under, and what a host of instances needs for it. */
export interface ClassUnderTest {
  readonly isolation: IsolationClass;
  readonly runsc: string | undefined;
}

/** `describeWithSandbox` once for each isolation class, or skipped for the strong one, with the reason printed. */
export async function describeInClasses(name: string, body: (under: ClassUnderTest) => void): Promise<void> {
  describeWithSandbox(name, () => body({ isolation: 'standard', runsc: undefined }));
  const found = await findRunsc();
  const strong = `${name}, in strong isolation`;
  if ('program' in found) return describeWithSandbox(strong, () => body({ isolation: 'strong', runsc: found.program }));
  process.stderr.write(`skipped "${strong}": ${found.missing}\n`);
  describe.skip(strong, () => body({ isolation: 'strong', runsc: undefined }));
}

type File = string | Buffer | { readonly content: string | Buffer; readonly mode: number };

/** Packages on disk, and specs for them. */
export class Packages {
  directory = '';
  #count = 0;

  constructor(private readonly isolation: IsolationClass = 'standard') {}


  async open(): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), 'windlass-test-'));
    await chmod(this.directory, 0o755);
    await prepareRuntimes(this.runtimes);
  }

  close(): Promise<void> {
    return rm(this.directory, { recursive: true });
  }

  get runtimes(): string {
    return join(this.directory, 'runtimes');
  }

  /** Extracts a package; "bootstrap" is executable unless its entry says otherwise. */
  async extract(files: Record<string, File>): Promise<string> {
    const directory = join(this.directory, `package-${++this.#count}`);
    await mkdir(directory);
    for (const [name, file] of Object.entries(files)) {
      const { content, mode } = typeof file === 'object' && 'mode' in file ? file : { content: file, mode: name === 'bootstrap' ? 0o755 : 0o644 };
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), content);
      await chmod(join(directory, name), mode);
    }
    return directory;
  }

  async spec(files: Record<string, File>, overrides: Partial<InstanceSpec> = {}): Promise<InstanceSpec> {
    return this.specOf(await this.extract(files), overrides);
  }

  specOf(codeDirectory: string, overrides: Partial<InstanceSpec> = {}): InstanceSpec {
    return {
      instanceId: `test-${++this.#count}`,
      tenant: 'tenant',
      codeDirectory,
      memoryMb: 256,
      cpuMillicores: 2000,
      ephemeralStorageMb: 64,
      startTimeoutMs: 20_000,
      environment: { PATH: sandboxPath },
      runtimesDirectory: this.runtimes,
      isolation: this.isolation,
      ...overrides,
    };
  }
}

/** A bootstrap whose server answers every request with what `answer`, the body of a function of the request, returns. */
export function nodeServer(answer: string, prelude = ''): Record<string, File> {
  return {
    bootstrap: '#!/bin/sh\nexec node server.mjs\n',
    'server.mjs': `import { createServer } from 'node:http';\n${prelude}
      const answer = async (request) => { ${answer} };
      createServer((request, response) => answer(request).then((body) => response.end(String(body)), (error) => { response.statusCode = 500; response.end(String(error)); })).listen(8000, '127.0.0.1');\n`,
  };
}

/** The body of the answer to one GET. */
export async function get(instance: Instance, path = '/'): Promise<string> {
  const socket = await instance.dial();
  return new Promise((resolve, reject) => {
    const outgoing = request({ path, createConnection: () => socket, headers: { connection: 'close' } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => resolve(body)).on('error', reject);
    });
    outgoing.on('error', reject).end();
  });
}

/** Takes away the mark by which a descriptor is closed in programs this process starts. */
export function keepOpenInChildren(fd: number): void {
  koffi.load('libc.so.6').func('int fcntl(int fd, int command, int value)')(fd, 2, 0);
}

/** Waits for a condition, and fails when it does not come to hold. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`It never came to be that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Whether a process exists and has not ended. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
