import { readdirSync } from 'node:fs';
import { describeWithSandbox } from '../instance/testing/instances.js';
import { Attackers, itRefuses, type Attack, type Attacker } from './testing/attackers.js';

/** Opened for reading, which is harmless outside too. */
const read = (path: string, inside: string, needs?: Attack['needs']): Attack => ({ code: `attempt(() => fs.readFileSync('${path}'))`, inside, ...(needs === undefined ? {} : { needs }) });
const open = (path: string, inside: string, needs?: Attack['needs']): Attack => ({ code: `attempt(() => fs.openSync('${path}', 'r'))`, inside, ...(needs === undefined ? {} : { needs }) });
const device = (name: string, type: 'character' | 'block', major: number, minor: number): Attack => ({
  code: `call('mknodat', -100, s(scratch + '/${name}'), ${type === 'character' ? 0o020666 : 0o060666}, ${major << 8 | minor})`,
  inside: 'EPERM',
  needs: 'MKNOD',
});

const DEVICES: Readonly<Record<string, Attack>> = {
  'mknod: the memory': device('mem', 'character', 1, 1),
  "mknod: the kernel's log": device('kmsg', 'character', 1, 11),
  'mknod: a disk': device('sda', 'block', 8, 0),
  'mknod: another network interface': device('tun', 'character', 10, 200),
  "open: the kernel's log": open('/dev/kmsg', 'ENOENT', 'SYSLOG'),
  'open: the console': { code: "attempt(() => fs.statSync('/dev/tty0'))", inside: 'ENOENT', needs: 'SYS_ADMIN' },
  'open: network interfaces': { code: "attempt(() => fs.statSync('/dev/net'))", inside: 'ENOENT', needs: 'SYS_ADMIN' },
};

const MACHINE_FILES: Readonly<Record<string, Attack>> = {
  '/sys': open('/sys', 'ENOENT'),
  'the cgroups': open('/sys/fs/cgroup', 'ENOENT'),
  "the machine's users": open('/root', 'ENOENT', 'DAC_READ_SEARCH'),
  "the machine's passwords": read('/etc/shadow', 'ENOENT', 'DAC_READ_SEARCH'),
  "the machine's sockets": open('/run', 'ENOENT'),
};

const SET_USER: Readonly<Record<string, Attack>> = {
  'setuid: root': { code: "call('setuid', 0)", inside: 'EINVAL' },
  'setgroups': { code: "call('setgroups', 0, 0)", inside: 'EPERM', needs: 'SYS_ADMIN' },
  'capset: every capability': { code: `alone("call('capset', Uint32Array.of(0x20080522, 0), Uint32Array.of(1, 1, 0, 0, 0, 0))")`, inside: 'EPERM' },
  'chown: a file to root': { code: "attempt(() => { fs.writeFileSync(scratch + '/file', ''); fs.chownSync(scratch + '/file', 0, 0) })", inside: 'EINVAL' },
  'a program with capabilities': {
    code: "(fs.writeFileSync(scratch + '/capable', ''), call('setxattr', s(scratch + '/capable'), s('security.capability'), Buffer.from('01000002ffffffff00000000ffffffff00000000', 'hex'), 20, 0))",
    inside: 'EPERM',
    needs: 'SETFCAP',
  },
};

describeWithSandbox('escape by what the machine has', () => {
  const attackers = new Attackers();
  let attacker: Attacker;

  beforeAll(async () => {
    await attackers.open();
    attacker = await attackers.start();
  });
  afterAll(() => attackers.close());

  describe('devices', () => itRefuses(attackers, () => attacker, DEVICES));
  describe('files of the machine', () => itRefuses(attackers, () => attacker, MACHINE_FILES));
  describe('another user', () => itRefuses(attackers, () => attacker, SET_USER));

  it('it has the harmless devices and no others', async () => {
    expect(await attacker.tries("fs.readdirSync('/dev').sort()")).toEqual(['core', 'fd', 'full', 'null', 'ptmx', 'pts', 'random', 'shm', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero'].sort());
  });

  it('of /proc it can open for writing what belongs to its own processes, and nothing of the machine', async () => {
    const writable = await attacker.tries<string[]>("openable('/proc', fs.constants.O_WRONLY, /^\\/proc\\/(\\d+|self|thread-self)$/)");
    expect(writable).toEqual([]);
    // The same walk finds much where it is not forbidden to root.
    if (process.getuid?.() === 0 && readdirSync('/proc/sys').length > 0) {
      const [outside] = await attackers.outside(["openable('/proc/sys/net/ipv4', fs.constants.O_WRONLY).length > 10"]);
      expect(outside).toBe(true);
    }
  });

  it('of /proc it reads none of the files about the machine that help attackers', async () => {
    const files = ['config.gz', 'kallsyms', 'kcore', 'key-users', 'keys', 'kmsg', 'modules', 'sched_debug', 'timer_list', 'vmallocinfo', 'sysrq-trigger', 'kpagecount', 'kpageflags', 'slabinfo', 'pagetypeinfo'];
    const seen = await attacker.tries<string[]>(`${JSON.stringify(files)}.filter((file) => attempt(() => { if (fs.readFileSync('/proc/' + file).length === 0) throw { code: 'empty' } }) === 'done')`);
    expect(seen).toEqual([]);
  });

  it('its first process, which it could write to, has no more than itself', async () => {
    const { status, descriptors, folders } = await attacker.tries<{ status: string; descriptors: string[]; folders: string[] }>(
      "({ status: fs.readFileSync('/proc/1/status', 'utf8'), descriptors: fs.readdirSync('/proc/1/fd').map((fd) => fs.readlinkSync('/proc/1/fd/' + fd)), folders: ['root', 'cwd'].map((name) => fs.readlinkSync('/proc/1/' + name)) })",
    );
    expect(status).toMatch(/^Seccomp:\t2$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    for (const set of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb']) expect(status).toMatch(new RegExp(`^Cap${set}:\\t0+$`, 'm'));
    expect(descriptors.filter((target) => target !== '/dev/null' && !/^(pipe|anon_inode|socket):/.test(target))).toEqual([]);
    expect(folders).toEqual(['/', '/opt/function/code']);
  });

  it('a program that is run as its owner gives it nothing', async () => {
    const programs = await attacker.tries<string[]>("openable('/usr/bin', 'r').filter((file) => (fs.statSync(file).mode & 0o6000) !== 0)");
    const owners = await attacker.tries<string[]>(`[${JSON.stringify(programs)}.includes('/usr/bin/su') ? run('/usr/bin/su', '-c', 'true', 'root') : 'no su', fs.readFileSync('/proc/self/status', 'utf8').match(/NoNewPrivs:\\t(.)/)[1]]`);
    expect(owners).toEqual([expect.not.stringMatching(/^done$/), '1']);
    // Its own programs may be marked so; they run as what made them.
    expect(await attacker.tries("(fs.copyFileSync('/usr/bin/id', '/tmp/id'), fs.chmodSync('/tmp/id', 0o6755), child.execFileSync('/tmp/id', ['-u']).toString().trim())")).toBe('1003');
  });

  it('no program that the platform runs it by can be written to', async () => {
    const results = await attacker.tries<string[]>("['/proc/self/exe', '/proc/1/exe', process.execPath, '/opt/function/code/bootstrap', '/usr/bin/env'].map((file) => attempt(() => fs.openSync(file, 'r+')))");
    for (const result of results) expect(result).toMatch(/^(EACCES|EROFS|ETXTBSY)$/);
  });
});
