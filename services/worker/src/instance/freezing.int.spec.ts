import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createInstanceHost, startInstance, type InstanceHost } from './index.js';
import { signal } from '../sandbox/signal.js';
import { processesBelow } from '../cgroup/signal-freezer.js';
import { describeInClasses, get, isRunning, nodeServer, Packages, silent, until } from './testing/instances.js';

// Spins in two processes as long as it may.
const SPIN = "import { spawn } from 'node:child_process'; import { setImmediate } from 'node:timers'; spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }); const spin = () => setImmediate(spin); spin();";

await describeInClasses('a frozen instance', ({ isolation, runsc }) => {
  const packages = new Packages(isolation);
  let host: InstanceHost;

  beforeAll(async () => {
    await packages.open();
    host = await createInstanceHost({ logger: silent, runsc });
    process.stderr.write(`instances are frozen by ${host.isolation.freezing}\n`);
  });
  afterAll(async () => {
    await host.close();
    await packages.close();
  });

  if (isolation === 'strong') {
    it('is not frozen, which the kernel around it might not survive', async () => {
      const instance = await startInstance(await packages.spec(nodeServer("return 'awake'")), host);
      expect(await instance.freeze()).toBe(false);
      expect(await get(instance)).toBe('awake');
      await instance.stop(0);
    });
    return;
  }

  it('uses no processor time, whatever its processes did, and goes on where it was', async () => {
    const instance = await startInstance(await packages.spec(nodeServer("return 'here'", SPIN)), host);
    expect(await instance.freeze()).toBe(true);
    const before = instance.cpuUsedMs();
    const other = await startInstance(await packages.spec(nodeServer("return 'busy'", SPIN)), host);
    // Time passes by what another one does with it.
    await until(() => other.cpuUsedMs() > 100, 'another instance worked');
    expect(instance.cpuUsedMs()).toBe(before);
    instance.thaw();
    expect(await get(instance)).toBe('here');
    await until(() => instance.cpuUsedMs() > before, 'it works again');
    await Promise.all([instance.stop(0), other.stop(0)]);
  });

  it('keeps its open connections, and answers what was sent to it meanwhile', async () => {
    const instance = await startInstance(await packages.spec(nodeServer('return request.url')), host);
    const socket = await instance.dial();
    expect(await instance.freeze()).toBe(true);
    socket.write('GET /while-frozen HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    instance.thaw();
    let answer = '';
    for await (const piece of socket) answer += String(piece);
    expect(answer).toMatch(/\r\n\r\n[^]*\/while-frozen/);
    await instance.stop(0);
  });

  it('can be thawed before it is still, and frozen and thawed a hundred times', async () => {
    const instance = await startInstance(await packages.spec(nodeServer("return 'well'")), host);
    const freezing = instance.freeze();
    instance.thaw();
    expect(await freezing).toBe(false);
    for (let round = 0; round < 100; round += 1) {
      expect(await instance.freeze()).toBe(true);
      instance.thaw();
    }
    expect(await get(instance)).toBe('well');
    await instance.stop(0);
  });

  it('can be stopped: asked first, when there is a grace', async () => {
    const lines: string[] = [];
    const polite = nodeServer("return ''", "process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });");
    const instance = await startInstance(await packages.spec(polite), host, { onOutput: ({ text }) => lines.push(text) });
    await instance.freeze();
    await instance.stop(20_000);
    expect([lines, await instance.exited]).toEqual([['bye'], { kind: 'STOPPED' }]);
    const atOnce = await startInstance(await packages.spec(polite), host);
    await atOnce.freeze();
    await atOnce.stop(0);
    expect(isRunning(atOnce.pid)).toBe(false);
  });

  it('is known to have ended when its app is killed', async () => {
    const instance = await startInstance(await packages.spec(nodeServer("return ''", "console.error('about to rest');")), host);
    await instance.freeze();
    for (const pid of processesBelow(instance.pid)) signal(pid, 'SIGKILL');
    expect(await instance.exited).toEqual({ kind: 'SIGNALED', signal: 'SIGKILL' });
  });

  it('is known to have ended when its sandbox is killed', async () => {
    const instance = await startInstance(await packages.spec(nodeServer("return ''")), host);
    await instance.freeze();
    process.kill(instance.pid, 'SIGKILL');
    expect(await instance.exited).toEqual({ kind: 'SIGNALED', signal: 'SIGKILL' });
  });

  it('is ended for its memory once it goes on', async () => {
    const hungry = "const kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 5);";
    const instance = await startInstance(await packages.spec(nodeServer("return ''", `setTimeout(() => { ${hungry} }, 300);`), { memoryMb: 128 }), host);
    expect(await instance.freeze()).toBe(true);
    instance.thaw();
    expect(await instance.exited).toEqual({ kind: 'OUT_OF_MEMORY', memoryMb: 128 });
    expect(instance.memoryPeakMb).toBeGreaterThan(100);
  });

  it('ends with its worker, also when that is killed', async () => {
    const spec = await packages.spec(nodeServer("return ''", SPIN));
    const folder = new URL('./testing/', import.meta.url).pathname;
    const worker = spawn(process.execPath, ['--experimental-transform-types', '--import', `${folder}source-hooks.mjs`, `${folder}lonely-worker.ts`, JSON.stringify(spec), 'frozen'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: packages.directory, ...(runsc === undefined ? {} : { WINDLASS_RUNSC: runsc }) }, // What it cannot clean up goes with the packages.
    });
    const [line] = (await once(createInterface(worker.stdout), 'line')) as [string];
    const below = processesBelow(Number(line));
    expect(below.length).toBeGreaterThan(1);
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    await until(() => ![Number(line), ...below].some(isRunning), 'every process ended with the worker');
    // Its groups are empty now, and go when the next worker starts.
    await (await createInstanceHost({ logger: silent, runsc })).close();
    const groups = execFileSync('/usr/bin/find', ['/sys/fs/cgroup', '-name', `windlass-worker-${worker.pid}-*`, '-type', 'd'], { stdio: ['ignore', 'pipe', 'ignore'] });
    expect(groups.toString()).toBe('');
  });

  it('leaves no process and no group behind', async () => {
    const instance = await startInstance(await packages.spec(nodeServer("return ''", SPIN)), host);
    await instance.freeze();
    const below = processesBelow(instance.pid);
    await instance.stop(0);
    expect(below.filter(isRunning)).toEqual([]);
    expect(execFileSync('/usr/bin/find', ['/sys/fs/cgroup', '-name', instance.id, '-type', 'd'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString()).toBe('');
  });
});
