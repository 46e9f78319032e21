import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createInstanceHost, startInstance, type Instance, type InstanceHost, type InstanceSpec, type OutputLine } from '../../instance/index.js';
import { Packages, silent } from '../../instance/testing/instances.js';
import { mayUse } from '../../sandbox/host-uids.js';

const PROGRAM = 'attacker-program.ts';
const BOOTSTRAP = '#!/bin/sh\nexec node --disable-warning=ExperimentalWarning attacker-program.ts\n';

/** One try to get out of an instance. */
export interface Attack {
  /** An expression for the attacker's program. */
  readonly code: string;
  /** What it comes to inside: the name of an error. */
  readonly inside: string;
  /**
   * Its arguments are wrong on purpose, as its success would harm the machine. Outside, where it is not forbidden, the kernel complains about
   * them; any other attack succeeds there.
   */
  readonly malformed?: boolean;
  /** What else it needs outside: a capability over the machine itself, not only over a user namespace. */
  readonly needs?: Capability;
}

/** How the kernel forbids a call, whatever its arguments. */
const FORBIDDEN = ['EPERM', 'EACCES'];
/** What a kernel says that was built without it. */
const ABSENT = ['ENOSYS', 'EAFNOSUPPORT'];

const CAPABILITIES = { SYS_MODULE: 16, SYS_RAWIO: 17, SYS_CHROOT: 18, SYS_PACCT: 20, SYS_ADMIN: 21, SYS_BOOT: 22, SYS_TIME: 25, MKNOD: 27, SYSLOG: 34, DAC_READ_SEARCH: 2, BPF: 39, PERFMON: 38, SETFCAP: 31 } as const;
export type Capability = keyof typeof CAPABILITIES;

/** Instances whose app does what a test tells it, the same program outside, and a host for them. */
export class Attackers {
  readonly packages = new Packages();
  host: InstanceHost;
  private readonly running: Instance[] = [];
  private code = '';

  async open(): Promise<void> {
    await this.packages.open();
    this.host = await createInstanceHost({ logger: silent });
    this.code = await this.packages.extract({ bootstrap: BOOTSTRAP, [PROGRAM]: readFileSync(join(import.meta.dirname, PROGRAM)), 'package.json': '{"type":"module"}' });
    await copyKoffi(join(this.code, 'node_modules'));
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((instance) => instance.stop(0)));
    await this.host?.close();
    await this.packages.close();
  }

  /** Where the package lies on the machine. */
  get codeDirectory(): string {
    return this.code;
  }

  async start(overrides: Partial<InstanceSpec> = {}, onOutput: (line: OutputLine) => void = () => undefined): Promise<Attacker> {
    const instance = await startInstance(this.packages.specOf(this.code, overrides), this.host, { onOutput });
    this.running.push(instance);
    return new Attacker(instance);
  }

  /**
   * What each expression comes to outside of any sandbox: as the worker's own user with all its rights, in namespaces that end with it, so
   * that what succeeds changes nothing of the machine.
   */
  async outside(codes: readonly string[]): Promise<unknown[]> {
    const namespaces = ['--mount', '--propagation', 'private', '--uts', '--ipc', '--net', '--pid', '--fork', '--kill-child'];
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', join(this.code, PROGRAM), 'outside'];
    const program = spawn('unshare', [...namespaces, '--', ...node], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: this.packages.directory } });
    program.stdin.end(JSON.stringify(codes));
    const [answer, problem] = await Promise.all([text(program.stdout), text(program.stderr)]);
    if (answer === '') throw new Error(`the controls did not end well: ${problem}`);
    return JSON.parse(answer) as unknown[];
  }
}

export class Attacker {
  constructor(readonly instance: Instance) {}

  /** Evaluates an expression inside, and answers its value. Rejects when the app goes away meanwhile. */
  async tries<T = unknown>(code: string): Promise<T> {
    const socket = await this.instance.dial();
    return new Promise((resolve, reject) => {
      const outgoing = request({ method: 'POST', createConnection: () => socket, headers: { connection: 'close' } }, (response) => {
        text(response).then((body) => (response.statusCode === 200 ? resolve(JSON.parse(body) as T) : reject(new Error(body))), reject);
      });
      outgoing.on('error', reject).end(code);
    });
  }
}

/** A test for each attack: it fails inside as it should, and does not outside, so that it is the sandbox that makes it fail. */
export function itRefuses(attackers: Attackers, attacker: () => Attacker, attacks: Readonly<Record<string, Attack>>): void {
  const controlled = Object.values(attacks).filter(({ needs }) => needs === undefined || hasOverMachine(needs));
  let controls: Promise<unknown[]> | undefined;
  it.each(Object.entries(attacks))('%s', async (name, attack) => {
    controls ??= attackers.outside(controlled.map(({ code }) => code));
    const inside = await attacker().tries(attack.code);
    expect(inside).toBe(attack.inside);
    const at = controlled.indexOf(attack);
    if (at === -1) return;
    const outside = (await controls)[at] as string;
    if (ABSENT.includes(outside)) return void process.stderr.write(`not controlled: "${name}": this machine's kernel does not have it\n`);
    expect(FORBIDDEN).not.toContain(outside);
    expect(outside).toMatch(attack.malformed === true ? /^E/ : /^done$/);
  });
}

function hasOverMachine(capability: Capability): boolean {
  if (!mayUse({ first: 0, count: 2 ** 32 - 1 }, process.getuid?.() ?? -1, readFileSync('/proc/self/uid_map', 'utf8'))) return false;
  const effective = /^CapEff:\t([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> BigInt(CAPABILITIES[capability])) & 1n) === 1n;
}

/** What the attacker's program calls the kernel through, which this project has anyhow. */
async function copyKoffi(into: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const modules = dirname(dirname(require.resolve('koffi')));
  await mkdir(into);
  const needed = (path: string): boolean => !/\/(doc|vendor|lib|abi|musl_\w+)$|\.(cc|hh|md)$/.test(path);
  await cp(join(modules, 'koffi'), join(into, 'koffi'), { recursive: true, filter: needed });
  for (const name of readdirSync(join(modules, '@koromix'))) await cp(join(modules, '@koromix', name), join(into, '@koromix', name), { recursive: true, filter: needed });
}
