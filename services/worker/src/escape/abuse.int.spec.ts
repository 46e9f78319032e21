import { findResourceGroups } from '../cgroup/find-resource-groups.js';
import type { InstanceSpec, OutputLine } from '../instance/index.js';
import { describeWithSandbox, until, whyNoSandbox } from '../instance/testing/instances.js';
import { Attackers, type Attacker } from './testing/attackers.js';

const MOST_OPEN_FILES = 2048;
const MOST_PROCESSES = 1024;

/** How many descriptors could be opened, and why no more. */
const OPEN_ALL = "(() => { for (let times = 0; ; times += 1) { try { fs.openSync('/dev/null') } catch (error) { return [error.code, times] } } })()";

const fill = (file: string): string =>
  `(() => { const fd = fs.openSync('${file}', 'w'); const mib = Buffer.alloc(1 << 20); let written = 0; try { for (;;) written += fs.writeSync(fd, mib) } catch (error) { fs.closeSync(fd); return [error.code, written >> 20] } })()`;

async function mayMakeGroups(): Promise<boolean> {
  const { groups } = findResourceGroups();
  await groups.close();
  return groups.flavour !== 'none';
}

const hasGroups = whyNoSandbox() === undefined && (await mayMakeGroups());

/** What only a group bounds (docs/sandbox.md): skipped, with the reason printed, where the worker may make none. */
const itInGroups = (name: string, body: () => Promise<void>): void => {
  if (hasGroups) return void it(name, body);
  process.stderr.write(`skipped "${name}": without cgroups nothing bounds memory of the kernel\n`);
  it.skip(name, body);
};

describeWithSandbox('abuse ends at a limit of its instance', () => {
  const attackers = new Attackers();
  let neighbour: Attacker;

  beforeAll(async () => {
    await attackers.open();
    neighbour = await attackers.start();
  });
  afterAll(() => attackers.close());

  const start = (overrides: Partial<InstanceSpec> = {}, onOutput?: (line: OutputLine) => void): Promise<Attacker> => attackers.start(overrides, onOutput);

  // Whatever an instance did: another one serves, and a new one starts.
  afterEach(async () => {
    expect(await neighbour.tries('1 + 1')).toBe(2);
    const fresh = await start();
    expect(await fresh.tries('2 + 2')).toBe(4);
    await fresh.instance.stop(0);
  });

  it(`a fork bomb, at ${MOST_PROCESSES} processes`, async () => {
    const bomber = await start({ memoryMb: 1_024 });
    const bomb = 'n=0; while [ $n -lt 3000 ]; do sleep 1000 & n=$((n + 1)); done';
    expect(await bomber.tries(`run('/bin/sh', '-c', '${bomb}')`)).not.toBe('done');
    const threads = await bomber.tries<number>("fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).reduce((sum, pid) => sum + fs.readdirSync('/proc/' + pid + '/task').length, 0)");
    expect(threads).toBeGreaterThan(MOST_PROCESSES - 24);
    expect(threads).toBeLessThanOrEqual(MOST_PROCESSES);
    await bomber.instance.stop(0);
  });

  it('a memory bomb, at its memory', async () => {
    const bomber = await start({ memoryMb: 128 });
    await bomber.tries('(async () => { globalThis.kept = []; for (;;) { kept.push(Buffer.alloc(4 << 20, 1)); await new Promise((done) => setTimeout(done, 1)) } })()').catch(() => undefined);
    expect(await bomber.instance.exited).toEqual({ kind: 'OUT_OF_MEMORY', memoryMb: 128 });
  });

  it('a memory bomb of many processes, at the memory of all together', async () => {
    const bomber = await start({ memoryMb: 256 });
    const bomb = "const kept = []; setInterval(() => kept.length < 20 && kept.push(Buffer.alloc(2 << 20, 1)), 5)";
    await bomber.tries(`Array.from({ length: 12 }, () => child.spawn(process.execPath, ['-e', ${JSON.stringify(bomb)}], { stdio: 'ignore' }).pid).length`);
    expect(await bomber.instance.exited).toEqual({ kind: 'OUT_OF_MEMORY', memoryMb: 256 });
  });

  itInGroups('memory that no process has mapped, at its memory and the size of its folders', async () => {
    const bomber = await start({ memoryMb: 128 });
    const write = "(() => { const piece = Buffer.alloc(16 << 20, 1); for (let written = 0; written < 1024; written += 16) fs.writeSync(ask('memfd_create', s('bomb'), 0), piece); return 'a gigabyte' })()";
    await expect(bomber.tries(write)).rejects.toThrow();
    expect(await bomber.instance.exited).toEqual({ kind: 'OUT_OF_MEMORY', memoryMb: 128 });
  });

  it(`descriptors, at ${MOST_OPEN_FILES} of a process`, async () => {
    const bomber = await start();
    const [code, times] = await bomber.tries<[string, number]>(OPEN_ALL);
    expect(code).toBe('EMFILE');
    expect(times).toBeLessThan(MOST_OPEN_FILES);
  });

  it('files, at the size of each folder that can be written to', async () => {
    const bomber = await start({ ephemeralStorageMb: 100, memoryMb: 128 });
    expect(await bomber.tries(`[${['/tmp/fill', '/dev/shm/fill', '/home/snuser/fill'].map(fill).join()}]`)).toEqual([['ENOSPC', 100], ['ENOSPC', 64], ['ENOSPC', 16]]);
    // A full disk is no reason to end: these are not its memory.
    expect(await bomber.tries("(fs.unlinkSync('/tmp/fill'), fs.writeFileSync('/tmp/small', 'x'), fs.readFileSync('/tmp/small', 'utf8'))")).toBe('x');
  });

  itInGroups('names of files, before they use up the machine', async () => {
    const bomber = await start({ ephemeralStorageMb: 16, memoryMb: 128 });
    const create = "(() => { try { for (let n = 0; n < 3e6; n += 1) fs.closeSync(fs.openSync('/tmp/' + n, 'w')) } catch (error) { return error.code } return 'never' })()";
    const ended = await Promise.race([bomber.tries<string>(create).catch(() => 'gone'), bomber.instance.exited.then(({ kind }) => kind)]);
    expect(['ENOSPC', 'ENOMEM', 'OUT_OF_MEMORY', 'gone']).toContain(ended);
    if (ended === 'gone') expect(await bomber.instance.exited).toEqual({ kind: 'OUT_OF_MEMORY', memoryMb: 128 });
  });

  it('one line that does not end for megabytes, at its length', async () => {
    const lengths: number[] = [];
    const bomber = await start({}, ({ source, text }) => void (source === 'stdout' && lengths.push(text.length)));
    expect(await bomber.tries("child.spawnSync('/bin/sh', ['-c', 'head -c 3000000 /dev/zero | tr \"\\\\0\" x; echo; echo after'], { stdio: ['ignore', 1, 1] }).status")).toBe(0);
    await until(() => lengths.includes('after'.length), 'the line after it arrives');
    expect(lengths).toHaveLength(2);
    expect(lengths[0]).toBeLessThanOrEqual(64 * 1024);
  });

  it('connections to its own ports, at its descriptors', async () => {
    const bomber = await start();
    const flood = "new Promise((done) => { const sockets = []; const more = () => { for (let n = 0; n < 100; n += 1) sockets.push(net.connect(8000, '127.0.0.1').on('error', ({ code }) => done(code))); if (sockets.length < 5000) setImmediate(more); else done('never') }; more(); })";
    expect(await bomber.tries<string>(flood).catch(() => 'gone')).toMatch(/^(EMFILE|gone|ECONNRESET)$/);
    await bomber.instance.stop(0);
  });
});
