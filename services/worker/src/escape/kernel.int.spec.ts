import { describeWithSandbox } from '../instance/testing/instances.js';
import { Attackers, itRefuses, type Attack, type Attacker } from './testing/attackers.js';

const NEW = { NEWNS: 0x00020000, NEWCGROUP: 0x02000000, NEWUTS: 0x04000000, NEWIPC: 0x08000000, NEWUSER: 0x10000000, NEWPID: 0x20000000, NEWNET: 0x40000000 };
const CLONE_SIGHAND = 0x800;
const mount = (type: string, needs?: 'SYS_ADMIN'): Attack => ({
  code: `call('mount', s('none'), s('/tmp'), s('${type}'), 0, 0)`,
  inside: 'EPERM',
  ...(needs === undefined ? {} : { needs }),
});
const open = (path: string): string => `fs.openSync('${path}', 'r')`;

const MOUNTS: Readonly<Record<string, Attack>> = {
  'mount: a file system of its own': mount('tmpfs'),
  'mount: another /proc': mount('proc'),
  'mount: /sys': mount('sysfs', 'SYS_ADMIN'),
  'mount: the cgroup file system': mount('cgroup2', 'SYS_ADMIN'),
  'mount: the devices': mount('devtmpfs', 'SYS_ADMIN'),
  'mount: a folder at another place': { code: "call('mount', s('/'), s('/tmp'), 0, 0x5000, 0)", inside: 'EPERM' },
  'mount: a read-only folder made writable': { code: "call('mount', 0, s('/usr'), 0, 0x1020, 0)", inside: 'EPERM', malformed: true },
  'umount': { code: "call('umount2', s('/nowhere'), 2)", inside: 'EPERM', malformed: true },
  'pivot_root': { code: "call('pivot_root', s('/usr'), s('/usr'))", inside: 'EPERM', malformed: true },
  'chroot': { code: "call('chroot', s('/'))", inside: 'EPERM' },
  'open_tree: a copy of the root': { code: "call('open_tree', -100, s('/'), 0x8001)", inside: 'EPERM' },
  'fsopen: a file system by the newer calls': { code: "call('fsopen', s('tmpfs'), 0)", inside: 'EPERM' },
  'fsconfig': { code: "call('fsconfig', -1, 6, 0, 0, 0)", inside: 'EPERM', malformed: true },
  'fsmount': { code: "call('fsmount', -1, 0, 0)", inside: 'EPERM', malformed: true },
  'fspick': { code: "call('fspick', -100, s('/'), 0)", inside: 'EPERM' },
  'move_mount': { code: "call('move_mount', -1, s(''), -100, s('/tmp'), 4)", inside: 'EPERM', malformed: true },
  'mount_setattr': { code: "call('mount_setattr', -100, s('/nowhere'), 0, Buffer.from([1, ...Array(31).fill(0)]), 32)", inside: 'EPERM', malformed: true },
};

const NAMESPACES: Readonly<Record<string, Attack>> = {
  ...Object.fromEntries(
    Object.entries(NEW).map(([name, flag]) => [`clone: ${name}`, { code: `call('clone', ${flag | CLONE_SIGHAND}, 0, 0, 0, 0)`, inside: 'EPERM', malformed: true }]),
  ),
  'clone3, whose flags a filter cannot see': { code: "call('clone3', Buffer.alloc(64), 1)", inside: 'ENOSYS', malformed: true },
  'unshare: a network': { code: `call('unshare', ${NEW.NEWNET})`, inside: 'EPERM' },
  'unshare: a mount namespace': { code: `call('unshare', ${NEW.NEWNS})`, inside: 'EPERM' },
  'unshare: a user namespace, by the program': { code: "run('/usr/bin/unshare', '--user', 'true')", inside: 'exit 1' },
  'setns: by a file of /proc': { code: `call('setns', ${open('/proc/self/ns/uts')}, 0)`, inside: 'EPERM' },
  'setns: by a process': { code: `call('setns', ask('pidfd_open', process.pid, 0), ${NEW.NEWUTS})`, inside: 'EPERM' },
};

const PROCESSES: Readonly<Record<string, Attack>> = {
  'ptrace: even of its own child': { code: "call('ptrace', 0x4206, victim(), 0, 0)", inside: 'EPERM' },
  'process_vm_readv': { code: "call('process_vm_readv', victim(), 0, 0, 0, 0, 0)", inside: 'EPERM' },
  'process_vm_writev': { code: "call('process_vm_writev', victim(), 0, 0, 0, 0, 0)", inside: 'EPERM' },
  'pidfd_getfd: a descriptor of another process': { code: "call('pidfd_getfd', ask('pidfd_open', process.pid, 0), 0, 0)", inside: 'EPERM' },
  'kcmp': { code: "call('kcmp', process.pid, process.pid, 1, 0, 0)", inside: 'EPERM' },
  'move_pages': { code: "call('move_pages', 0, 0, 0, 0, 0, 0)", inside: 'EPERM' },
};

const PROCESS_KEYRING = -2;
const KERNEL: Readonly<Record<string, Attack>> = {
  'add_key': { code: `call('add_key', s('user'), s('windlass'), s('x'), 1, ${PROCESS_KEYRING})`, inside: 'EPERM' },
  'request_key': { code: "call('request_key', s('user'), s('windlass-nothing'), 0, 0)", inside: 'EPERM', malformed: true },
  'keyctl': { code: `call('keyctl', 0, ${PROCESS_KEYRING}, 1)`, inside: 'EPERM' },
  'bpf: a map': { code: "call('bpf', 0, Buffer.concat([Uint8Array.of(2, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0), Buffer.alloc(56)]), 72)", inside: 'EPERM', needs: 'SYS_ADMIN' },
  'bpf: a program': { code: "call('bpf', 5, Buffer.alloc(72), 72)", inside: 'EPERM', malformed: true, needs: 'SYS_ADMIN' },
  'perf_event_open': { code: "call('perf_event_open', Buffer.concat([Uint8Array.of(1, 0, 0, 0, 112, 0, 0, 0), Buffer.alloc(104)]), 0, -1, -1, 0)", inside: 'EPERM', needs: 'SYS_ADMIN' },
  'userfaultfd': { code: "call('userfaultfd', 1)", inside: 'EPERM' },
  'io_uring_setup': { code: "call('io_uring_setup', 1, Buffer.alloc(120))", inside: 'ENOSYS', needs: 'SYS_ADMIN' },
  'io_uring_enter': { code: "call('io_uring_enter', -1, 0, 0, 0, 0, 0)", inside: 'ENOSYS', malformed: true },
  'io_uring_register': { code: "call('io_uring_register', -1, 0, 0, 0)", inside: 'ENOSYS', malformed: true },
  'kexec_load': { code: "call('kexec_load', 0, 1000, 0, 0)", inside: 'EPERM', malformed: true, needs: 'SYS_BOOT' },
  'kexec_file_load': { code: "call('kexec_file_load', -1, -1, 0, 0, -1)", inside: 'EPERM', malformed: true, needs: 'SYS_BOOT' },
  'init_module': { code: "call('init_module', 0, 0, 0)", inside: 'EPERM', malformed: true, needs: 'SYS_MODULE' },
  'finit_module': { code: "call('finit_module', -1, s(''), 0)", inside: 'EPERM', malformed: true, needs: 'SYS_MODULE' },
  'delete_module': { code: "call('delete_module', s('windlass_nothing'), 0)", inside: 'EPERM', malformed: true, needs: 'SYS_MODULE' },
  'reboot': { code: "call('reboot', 0, 0, 0, 0)", inside: 'EPERM', malformed: true, needs: 'SYS_BOOT' },
  'swapon': { code: "call('swapon', s('/nowhere'), 0)", inside: 'EPERM', malformed: true, needs: 'SYS_ADMIN' },
  'swapoff': { code: "call('swapoff', s('/nowhere'))", inside: 'EPERM', malformed: true, needs: 'SYS_ADMIN' },
  'syslog: the kernel\'s log': { code: "call('syslog', 10, 0, 0)", inside: 'EPERM', needs: 'SYSLOG' },
  'acct': { code: "call('acct', s('/nowhere'))", inside: 'EPERM', malformed: true, needs: 'SYS_PACCT' },
  'sched_setattr: longer slices of the processor': { code: "call('sched_setattr', 0, 0, 0)", inside: 'EPERM', malformed: true },
  'sched_setscheduler': { code: "call('sched_setscheduler', 0, 0, 0)", inside: 'EPERM', malformed: true },
  'sched_setparam': { code: "call('sched_setparam', 0, 0)", inside: 'EPERM', malformed: true },
  'settimeofday': { code: "call('settimeofday', 1, 0)", inside: 'EPERM', malformed: true },
  'clock_settime': { code: "call('clock_settime', 0, 1)", inside: 'EPERM', malformed: true },
  'adjtimex': { code: "call('adjtimex', 1)", inside: 'EPERM', malformed: true },
  'sethostname': { code: "call('sethostname', s('other'), 5)", inside: 'EPERM' },
  'setdomainname': { code: "call('setdomainname', s('other'), 5)", inside: 'EPERM' },
  'name_to_handle_at': { code: "call('name_to_handle_at', -100, s('/'), Buffer.concat([Uint8Array.of(128, 0, 0, 0), Buffer.alloc(132)]), Buffer.alloc(8), 0)", inside: 'EPERM' },
  'open_by_handle_at: a file without its path': { code: "call('open_by_handle_at', -1, Buffer.alloc(136), 0)", inside: 'EPERM', malformed: true, needs: 'DAC_READ_SEARCH' },
  'fanotify_init: who opens what': { code: "call('fanotify_init', 0, 0)", inside: 'EPERM', needs: 'SYS_ADMIN' },
};

/** mov eax, 20; int 0x80; ret: getpid, as a 32-bit program asks for it. */
const INT_0X80_GETPID = [0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3];
const X86: Readonly<Record<string, Attack>> = {
  'iopl: the ports of devices': { code: "call('iopl', 3)", inside: 'EPERM', needs: 'SYS_RAWIO' },
  'ioperm': { code: "call('ioperm', 0x80, 1, 1)", inside: 'EPERM', needs: 'SYS_RAWIO' },
  'modify_ldt': { code: "call('modify_ldt', 0, Buffer.alloc(16), 16)", inside: 'EPERM' },
  'mount, by its number for x32': { code: `callNumber(${0x40000000 + 165}, s('none'), s('/tmp'), s('tmpfs'), 0, 0)`, inside: 'ENOSYS' },
  'a call of 32-bit programs': { code: `alone('execute([${INT_0X80_GETPID.join()}])')`, inside: 'SIGSYS' },
};

describeWithSandbox("escape by the kernel's calls", () => {
  const attackers = new Attackers();
  let attacker: Attacker;

  beforeAll(async () => {
    await attackers.open();
    attacker = await attackers.start();
  });
  afterAll(() => attackers.close());

  describe('mounts and roots', () => itRefuses(attackers, () => attacker, MOUNTS));
  describe('new namespaces, and those of others', () => itRefuses(attackers, () => attacker, NAMESPACES));
  describe('other processes', () => itRefuses(attackers, () => attacker, PROCESSES));
  describe('the kernel and the machine', () => itRefuses(attackers, () => attacker, KERNEL));
  (process.arch === 'x64' ? describe : describe.skip)('other doors of the same processor', () => itRefuses(attackers, () => attacker, X86));

  it('and has survived the attacks: it still serves', async () => {
    expect(await attacker.tries('1 + 1')).toBe(2);
  });
});
