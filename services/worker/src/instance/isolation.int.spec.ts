import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createInstanceHost, startInstance, type Instance, type InstanceHost, type InstanceSpec } from './index.js';
import { describeInClasses, get, isRunning, keepOpenInChildren, nodeServer, Packages, silent, until } from './testing/instances.js';

await describeInClasses('what an instance is kept from', ({ isolation, runsc }) => {
  const packages = new Packages(isolation);
  const running: Instance[] = [];
  let host: InstanceHost;

  beforeAll(async () => {
    await packages.open();
    host = await createInstanceHost({ logger: silent, runsc });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((instance) => instance.stop(0)));
  });
  afterAll(async () => {
    await host.close();
    await packages.close();
  });

  async function start(files: Parameters<Packages['spec']>[0], overrides: Partial<InstanceSpec> = {}): Promise<Instance> {
    const instance = await startInstance(await packages.spec(files, overrides), host);
    running.push(instance);
    return instance;
  }

  /** Starts an instance, evaluates an expression in its Node, and answers the value. */
  async function evaluate(expression: string, overrides: Partial<InstanceSpec> = {}): Promise<unknown> {
    const prelude = "import fs from 'node:fs'; import os from 'node:os'; import net from 'node:net'; import child from 'node:child_process';";
    return JSON.parse(await get(await start(nodeServer(`return JSON.stringify(await (${expression}))`, prelude), overrides)));
  }

  const attempt = (code: string): string => `(() => { try { ${code}; return 'done' } catch (error) { return error.code } })()`;

  it('shows none of the host but the allowed system folders', async () => {
    expect(await evaluate("fs.readdirSync('/').sort()")).toEqual(
      expect.arrayContaining(['dev', 'etc', 'home', 'opt', 'proc', 'tmp', 'usr', 'var']),
    );
    const seen = (await evaluate("fs.readdirSync('/')")) as string[];
    // The strong class shows a /sys of its kernel's own.
    if (isolation === 'standard') expect(seen).not.toContain('sys');
    for (const hidden of ['root', 'run', 'boot', 'mnt', 'srv', 'work']) expect(seen).not.toContain(hidden);
    expect(await evaluate("['/home', '/opt', '/opt/function', '/tmp', '/var'].map((folder) => fs.readdirSync(folder))")).toEqual([
      ['snuser'],
      ['function'],
      ['code', 'runtime'],
      [],
      ['tmp'],
    ]);
    expect(await evaluate("fs.existsSync('/etc/shadow') || fs.existsSync('/etc/machine-id') || fs.readFileSync('/etc/passwd', 'utf8').split('\\n').length")).toBe(4);
    expect(await evaluate(`fs.existsSync(${JSON.stringify(process.cwd())})`)).toBe(false);
  });

  it('gives it exactly its environment, and PWD, and HOME in strong isolation', async () => {
    const environment = { PATH: '/opt/function/runtime/nodejs/bin:/usr/bin:/bin', SECRET: 'ÿ "quoted" $x\nline', EMPTY: '' };
    expect(await evaluate("(({ SHLVL, _, OLDPWD, ...rest }) => rest)(process.env)", { environment })).toEqual({
      ...environment,
      PWD: '/opt/function/code',
      ...(isolation === 'strong' ? { HOME: '/home/snuser' } : {}),
    });
  });

  it('puts no secret into a command line, inside or outside', async () => {
    const instance = await start(nodeServer("return fs.readFileSync('/proc/1/cmdline', 'utf8') + fs.readFileSync('/proc/1/environ', 'utf8')", "import fs from 'node:fs';"), {
      environment: { PATH: '/opt/function/runtime/nodejs/bin', SECRET: 'hunter2' },
    });
    // Where the class is strong, the first process inside is the app itself.
    if (isolation === 'standard') expect(await get(instance)).not.toContain('hunter2');
    const parent = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${instance.pid}/status`, 'utf8'))?.[1];
    for (const pid of [instance.pid, parent]) {
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('bwrap');
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('hunter2');
    }
  });

  it('hands it no descriptor but the standard three', async () => {
    const lines: string[] = [];
    const files = { ...nodeServer("return ''"), bootstrap: '#!/bin/sh\nls -l /proc/self/fd\nexec node server.mjs\n' };
    // Inherited by this process from its own parent, as far as Node can tell: open, and not marked to be closed.
    const stranger = openSync('/etc/hostname', 'r');
    keepOpenInChildren(stranger);
    const other = await createInstanceHost({ logger: silent, runsc });
    const instance = await startInstance(await packages.spec(files), other, { onOutput: ({ text }) => lines.push(text) });
    await instance.stop(0);
    await other.close();
    closeSync(stranger);
    const descriptors = lines.flatMap((line) => /(\d+) -> (.*)$/.exec(line)?.slice(1, 3).join(' ') ?? []);
    // The fourth is the folder that ls lists.
    const standard = isolation === 'standard' ? ['0 /dev/null', expect.stringMatching(/^1 pipe:/), expect.stringMatching(/^2 pipe:/)] : ['0 host:[1]', '1 host:[2]', '2 host:[3]'];
    expect(descriptors).toEqual([...standard, expect.stringMatching(/^3 \/proc\/\d+\/fd$/)]);
  });

  it('runs it as user 1003 without capabilities, groups or a way to gain privileges', async () => {
    const status = (await evaluate("fs.readFileSync('/proc/self/status', 'utf8')")) as string;
    expect(status).toMatch(/^Uid:\t1003\t1003\t1003\t1003$/m);
    expect(status).toMatch(/^Gid:\t1003\t1003\t1003\t1003$/m);
    for (const set of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb']) expect(status).toMatch(new RegExp(`^Cap${set}:\\t0+$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    if (isolation === 'standard') expect(status).toMatch(/^Seccomp:\t2$/m);
    else expect(await evaluate("fs.readFileSync('/proc/version', 'utf8')")).toContain('gvisor');
    expect(await evaluate('os.userInfo().username + "@" + os.hostname()')).toBe('snuser@function');
  });

  it('gives instances different host uids where the worker is root', async () => {
    const uidOf = (instance: Instance): string | undefined => /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${instance.pid}/status`, 'utf8'))?.[1];
    const uids = [await start(nodeServer("return ''")), await start(nodeServer("return ''"))].map(uidOf);
    expect(new Set(uids).size).toBe(host.isolation.hostUids === 'per-instance' ? 2 : 1);
    expect(uids).not.toContain(host.isolation.hostUids === 'per-instance' ? '0' : undefined);
  });

  it('lets it write nowhere but to its own memory-backed folders', async () => {
    const places = ['/opt/function/code/x', '/opt/function/runtime/x', '/usr/x', '/etc/x', '/x', '/dev/x', '/opt/x', '/var/x', '/proc/sys/kernel/hostname'];
    expect(await evaluate(`${JSON.stringify(places)}.filter((place) => ${attempt("fs.writeFileSync(place, 'x')")} === 'done')`)).toEqual([]);
    expect(await evaluate(`['/tmp/x', '/home/snuser/x', '/home/snuser/log/x', '/dev/shm/x', '/var/tmp/y'].map((place) => ${attempt("fs.writeFileSync(place, 'x')")})`)).toEqual(
      Array.from({ length: 5 }, () => 'done'),
    );
  });

  it("cannot reach the host's loopback or any other network", async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const connect = (address: string): string =>
      `new Promise((resolve) => net.connect(${port}, '${address}').on('connect', () => resolve('connected')).on('error', (error) => resolve(error.code)))`;
    expect(await evaluate(`Promise.all([${connect('127.0.0.1')}, ${connect('192.0.2.1')}])`)).toEqual(['ECONNREFUSED', 'ENETUNREACH']);
    expect(await evaluate('Object.keys(os.networkInterfaces())')).toEqual(['lo']);
    server.close();
  });

  it('sees no process but its own', async () => {
    const names = (await evaluate("fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).map((pid) => fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').split('\\0')[0])")) as string[];
    expect(names).toEqual([...(isolation === 'standard' ? [expect.stringMatching(/bwrap$/)] : []), 'node']);
    const secrets = ['kcore', 'kallsyms', 'keys', 'kmsg'].map((name) => `/proc/${name}`);
    expect(await evaluate(`${JSON.stringify(secrets)}.filter((file) => ${attempt('if (fs.readFileSync(file).length === 0) throw { code: 0 }')} === 'done')`)).toEqual([]);
  });

  it('bounds open files, processes and core dumps', async () => {
    const limits = (await evaluate("fs.readFileSync('/proc/self/limits', 'utf8')")) as string;
    expect(limits).toMatch(/^Max open files +2048 +2048 /m);
    expect(limits).toMatch(/^Max processes +1024 +1024 /m);
    expect(limits).toMatch(/^Max core file size +0 +0 /m);
  });

  it('is in a group of its own, with its share of the processor, where the worker may use cgroups', async () => {
    const instance = await start(nodeServer("return ''"), { cpuMillicores: 250 });
    const groups = readFileSync(`/proc/${instance.pid}/cgroup`, 'utf8').split('\n').filter((line) => line.endsWith(`/${instance.id}`));
    switch (host.isolation.cgroups) {
      case 'none':
        return expect(groups).toEqual([]);
      case 'v1': {
        expect(groups.map((line) => line.split(':')[1]).sort()).toEqual([expect.stringContaining('cpu'), 'memory', 'pids']);
        const [, controllers, path] = groups.find((line) => line.includes('cpu'))?.split(':') ?? [];
        return expect(readFileSync(`/sys/fs/cgroup/${controllers}${path}/cpu.cfs_quota_us`, 'utf8').trim()).toBe('25000');
      }
      case 'v2':
        return expect(groups).toHaveLength(1);
    }
  });

  it('has a whole processor until its port is open, and its own share from then on', async () => {
    if (host.isolation.cgroups === 'none') return;
    const file = host.isolation.cgroups === 'v1' ? 'cpu.cfs_quota_us' : 'cpu.max';
    const files = nodeServer("return ''", "console.log('starting');");
    const seen: string[] = [];
    const spec = await packages.spec(files, { cpuMillicores: 250 });
    const quota = (): string => {
      const [found = ''] = execFileSync('/usr/bin/find', ['/sys/fs/cgroup', '-path', `*/${spec.instanceId}/${file}`], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().split('\n');
      return readFileSync(found, 'utf8').trim().split(' ')[0] ?? '';
    };
    // Written before the port is open; how soon it is heard of is another matter.
    const instance = await startInstance(spec, host, { onOutput: () => seen.push(quota()) });
    running.push(instance);
    await until(() => seen.length > 0, 'its line was heard');
    expect(['100000', '25000']).toContain(seen[0]);
    expect(quota()).toBe('25000');
  });

  it('ends with its worker, also when that is killed', async () => {
    const spec = await packages.spec(nodeServer("return ''", "import { spawn } from 'node:child_process'; process.on('SIGTERM', () => undefined); spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });"));
    const folder = new URL('./testing/', import.meta.url).pathname;
    const worker = spawn(process.execPath, ['--experimental-transform-types', '--import', `${folder}source-hooks.mjs`, `${folder}lonely-worker.ts`, JSON.stringify(spec)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: packages.directory, ...(runsc === undefined ? {} : { WINDLASS_RUNSC: runsc }) }, // What it cannot clean up goes with the packages.
    });
    const [line] = (await once(createInterface(worker.stdout), 'line')) as [string];
    const pid = Number(line);
    expect(isRunning(pid)).toBe(true);
    worker.kill('SIGKILL');
    await until(() => !isRunning(pid), 'the sandbox ended with its worker');
  });
});
