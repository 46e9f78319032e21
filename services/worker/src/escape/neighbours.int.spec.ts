import { sandboxPath } from '../instance/index.js';
import { processesBelow } from '../cgroup/signal-freezer.js';
import { describeWithSandbox } from '../instance/testing/instances.js';
import { Attackers, type Attacker } from './testing/attackers.js';

/** What one tenant's instance has that another's must not find. The same places hold it in both, with different values. */
const LEAVE_SECRETS = (secret: string): string => `(
  fs.writeFileSync('/tmp/secret', '${secret}'), fs.writeFileSync('/var/tmp/secret-too', '${secret}'), fs.writeFileSync('/home/snuser/secret', '${secret}'),
  fs.writeFileSync('/dev/shm/secret', '${secret}'),
  net.createServer((socket) => socket.end('${secret}')).listen('\\0windlass-secret'),
  net.createServer((socket) => socket.end('${secret}')).listen('/tmp/socket'),
  net.createServer((socket) => socket.end('${secret}')).listen(7999, '0.0.0.0'),
  child.spawn('sleep', ['600'], { argv0: '${secret}', stdio: 'ignore' }),
  koffi.load('libc.so.6').func('int shmget(int key, size_t size, int flags)')(0, 4096, 0o1666),
  koffi.load('libc.so.6').func('int msgget(int key, int flags)')(0, 0o1666) >= 0
)`;

/** Every file an app can read, but the system's own programs, that has a word near its beginning. */
const SEARCH = (word: string): string =>
  `['/tmp', '/home', '/dev/shm', '/opt/function/code', '/etc', '/proc'].flatMap((folder) => openable(folder, 'r', /\\/node_modules$/)).filter((file) => beginning(file).includes('${word}'))`;

describeWithSandbox('escape into an instance of another tenant', () => {
  const attackers = new Attackers();
  const secrets = ['ONE-7f3a9c', 'TWO-b81e44'] as const;
  const instances: Attacker[] = [];

  beforeAll(async () => {
    await attackers.open();
    for (const secret of secrets) instances.push(await attackers.start({ environment: { PATH: sandboxPath, SECRET: secret } }));
    for (const [index, instance] of instances.entries()) expect(await instance.tries(LEAVE_SECRETS(secrets[index] as string))).toBe(true);
  });
  afterAll(() => attackers.close());

  describe.each([
    ['the first', 0, 1],
    ['the second', 1, 0],
  ])('by %s', (_who, own, other) => {
    const attacker = (): Attacker => instances[own] as Attacker;
    const victimPids = (): number[] => [instances[other]?.instance.pid ?? 0, ...processesBelow(instances[other]?.instance.pid ?? 0)];

    it('it finds its own secrets in files, environments and command lines, and none of the other', async () => {
      const [mine, theirs] = [await attacker().tries<string[]>(SEARCH(secrets[own] as string)), await attacker().tries<string[]>(SEARCH(secrets[other] as string))];
      expect(mine).toEqual(expect.arrayContaining(['/tmp/secret', '/home/snuser/secret', '/dev/shm/secret', expect.stringMatching(/^\/proc\/\d+\/environ$/), expect.stringMatching(/^\/proc\/\d+\/cmdline$/)]));
      expect(theirs).toEqual([]);
    });

    it('it reaches its own sockets, and answers there are its own', async () => {
      const hear = (where: string): string => `new Promise((done) => net.connect(${where}).on('data', (data) => done(String(data))).on('error', (error) => done(error.code)))`;
      expect(await attacker().tries(`Promise.all([${["'\\0windlass-secret'", "'/tmp/socket'", "7999, '127.0.0.1'"].map(hear).join()}])`)).toEqual([secrets[own], secrets[own], secrets[own]]);
      expect(await attacker().tries("fs.readFileSync('/proc/net/unix', 'latin1').split('@windlass-secret').length - 1")).toBe(1);
    });

    it('it has shared memory and message queues of its own', async () => {
      const owners = "['shm', 'msg'].map((kind) => fs.readFileSync('/proc/sysvipc/' + kind, 'latin1').trim().split('\\n').length - 1)";
      expect(await attacker().tries(owners)).toEqual([1, 1]);
    });

    it('it can name none of its processes, by the pids of the machine either', async () => {
      const pids = JSON.stringify(victimPids());
      expect(JSON.parse(pids).length).toBeGreaterThan(2);
      const tried = await attacker().tries<string[]>(`${pids}.filter((pid) => !fs.existsSync('/proc/' + pid)).flatMap((pid) => [call('kill', pid, 0), call('pidfd_open', pid, 0), attempt(() => fs.readFileSync('/proc/' + pid + '/environ'))])`);
      expect(new Set(tried)).toEqual(new Set(['ESRCH', 'ENOENT']));
      // The control: the machine knows them by these pids.
      for (const pid of victimPids()) expect(process.kill(pid, 0)).toBe(true);
    });

    it('whatever it can send a signal to is its own', async () => {
      const reached = await attacker().tries<number[]>("Array.from({ length: 65536 }, (_, index) => index + 1).filter((pid) => ask('kill', pid, 0) === 0)");
      const threadsToo = await attacker().tries<number[]>("fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).flatMap((pid) => attempt(() => fs.readdirSync('/proc/' + pid + '/task')) === 'done' ? fs.readdirSync('/proc/' + pid + '/task').map(Number) : [])");
      expect(reached.filter((pid) => !threadsToo.includes(pid))).toEqual([]);
      expect(reached.length).toBeGreaterThan(2);
    });

    it('it cannot look at its package by the path it has on the machine', async () => {
      const { codeDirectory, packages } = attackers;
      for (const path of [codeDirectory, packages.directory, `/proc/1/root${codeDirectory}`, `/proc/self/root/../..${codeDirectory}`]) {
        expect(await attacker().tries(`attempt(() => fs.readdirSync(${JSON.stringify(path)}))`)).toBe('ENOENT');
      }
    });
  });

  it('a signal to everybody ends its own instance and no other', async () => {
    const third = await attackers.start();
    // Without the sandbox it would be all processes of the user, and for root of the machine.
    await third.tries("child.spawnSync('sh', ['-c', 'kill -KILL -1'])").catch(() => undefined);
    await third.instance.exited;
    for (const [index, instance] of instances.entries()) expect(await instance.tries('process.env.SECRET')).toBe(secrets[index]);
  });
});
