import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Every way out that is promised to be shut, line by line, and the tests that keep the promise. A test that is renamed or goes shows here.
const WORKER = 'services/worker/src';
const REGISTRY = 'services/registry/src/code-package/check-package.spec.ts';
const KERNEL = `${WORKER}/escape/kernel.int.spec.ts`;
const MACHINE = `${WORKER}/escape/machine.int.spec.ts`;
const NEIGHBOURS = `${WORKER}/escape/neighbours.int.spec.ts`;
const NETWORK = `${WORKER}/escape/network.int.spec.ts`;
const ABUSE = `${WORKER}/escape/abuse.int.spec.ts`;
const ISOLATION = `${WORKER}/instance/isolation.int.spec.ts`;
const PUBLIC_ACCESS = `${WORKER}/network/public-access.int.spec.ts`;
const CODE_CACHE = `${WORKER}/code/code-cache.spec.ts`;
const PLATFORM = 'e2e/src/no-way-to-the-platform.e2e.spec.ts';

const PROMISES: Readonly<Record<string, readonly (readonly [file: string, test: string])[]>> = {
  "other tenants' files": [[NEIGHBOURS, 'it finds its own secrets'], [NEIGHBOURS, 'it cannot look at its package'], [ISOLATION, 'shows none of the host']],
  "other tenants' processes": [[NEIGHBOURS, 'it can name none of its processes'], [NEIGHBOURS, 'whatever it can send a signal to is its own'], [NEIGHBOURS, 'a signal to everybody'], [ISOLATION, 'sees no process but its own']],
  "other tenants' environment": [[NEIGHBOURS, 'it finds its own secrets'], [ISOLATION, 'puts no secret into a command line']],
  "other tenants' shared memory": [[NEIGHBOURS, 'it has shared memory and message queues of its own']],
  "other tenants' users": [[ISOLATION, 'gives instances different host uids']],
  'host /proc': [[MACHINE, 'of /proc it can open for writing'], [MACHINE, 'of /proc it reads none'], [MACHINE, 'its first process']],
  '/sys': [[MACHINE, "'/sys'"], [KERNEL, "'mount: /sys'"]],
  cgroups: [[MACHINE, "'the cgroups'"], [KERNEL, "'mount: the cgroup file system'"]],
  ptrace: [[KERNEL, "'ptrace: even of its own child'"], [KERNEL, "'process_vm_readv'"], [KERNEL, "'pidfd_getfd"]],
  mount: [[KERNEL, "'mount: a file system of its own'"], [KERNEL, "'open_tree"], [KERNEL, "'fsopen"], [KERNEL, "'fsmount'"], [KERNEL, "'move_mount'"], [KERNEL, "'mount_setattr'"], [KERNEL, "'pivot_root'"], [KERNEL, "'chroot'"]],
  'new user namespaces': [[KERNEL, "clone: ${name}"], [KERNEL, "'clone3"], [KERNEL, "'unshare: a user namespace"], [KERNEL, "'setns: by a file"], [KERNEL, "'setns: by a process'"]],
  'raw sockets': [[NETWORK, "'raw sockets of IPv4'"], [NETWORK, "'raw sockets of IPv6'"], [NETWORK, "'packet sockets'"], [NETWORK, "'netlink: an interface is changed'"]],
  bpf: [[KERNEL, "'bpf: a program'"], [KERNEL, "'perf_event_open'"], [KERNEL, "'userfaultfd'"]],
  keyctl: [[KERNEL, "'keyctl'"], [KERNEL, "'add_key'"], [KERNEL, "'request_key'"]],
  io_uring: [[KERNEL, "'io_uring_setup'"], [KERNEL, "'io_uring_enter'"], [KERNEL, "'io_uring_register'"]],
  'kexec and modules': [[KERNEL, "'kexec_load'"], [KERNEL, "'init_module'"], [KERNEL, "'finit_module'"]],
  'the processor for longer than others': [[KERNEL, "'sched_setattr: longer slices"], [KERNEL, "'sched_setscheduler'"], [KERNEL, "'sched_setparam'"]],
  'calls under other numbers': [[KERNEL, "'mount, by its number for x32'"], [KERNEL, "'a call of 32-bit programs'"]],
  'connect to PostgreSQL, API and gRPC': [[PLATFORM, 'reaches none of them'], [NETWORK, 'nothing that listens on the machine is reached']],
  'connect to other instances': [[NEIGHBOURS, 'it reaches its own sockets'], [PLATFORM, 'reaches none of them']],
  '169.254.169.254, its IPv6 and odd spellings': [[PUBLIC_ACCESS, 'never reaches private, link-local and metadata addresses'], [PUBLIC_ACCESS, 'never reaches the machine'], [PUBLIC_ACCESS, 'is not led inside by a name']],
  setuid: [[MACHINE, "'setuid: root'"], [MACHINE, "'setgroups'"], [MACHINE, "'a program with capabilities'"], [MACHINE, 'a program that is run as its owner'], [ISOLATION, 'without capabilities, groups or a way to gain privileges']],
  'device files': [[MACHINE, "'mknod: the memory'"], [MACHINE, "'mknod: a disk'"], [MACHINE, 'it has the harmless devices']],
  'zip with ../ and absolute names': [[REGISTRY, '../evil'], [REGISTRY, '/etc/passwd'], [CODE_CACHE, 'refuses names that lead out']],
  'zip with symlinks, then write-through': [[REGISTRY, 'link is never written through'], [CODE_CACHE, 'a file below a link'], [CODE_CACHE, 'a link out of the package']],
  'zip with duplicate names': [[REGISTRY, 'that stands twice'], [REGISTRY, 'that an extra field gives a second time'], [CODE_CACHE, 'a name that stands twice']],
  'zip bombs: ratio': [[REGISTRY, 'that is a bomb'], [CODE_CACHE, 'counts what it writes']],
  'zip bombs: nested': [[REGISTRY, 'a package within a package'], [CODE_CACHE, 'a package within a package']],
  'zip bombs: a million entries': [[REGISTRY, 'a million'], [CODE_CACHE, 'a million']],
  'zip with lying headers': [[REGISTRY, 'that unpacks to more than'], [REGISTRY, 'with another name in the file header'], [REGISTRY, 'that counts fewer entries'], [REGISTRY, 'whose entries share bytes'], [CODE_CACHE, 'says less than it unpacks to']],
  'a fork bomb': [[ABUSE, 'a fork bomb']],
  'a memory bomb': [[ABUSE, 'a memory bomb, at its memory'], [ABUSE, 'a memory bomb of many processes'], [ABUSE, 'memory that no process has mapped']],
  'descriptors': [[ABUSE, 'descriptors, at']],
  'a full disk': [[ABUSE, 'files, at the size of each folder'], [ABUSE, 'names of files']],
  'a flood of log lines': [[`${WORKER}/instance/start-instance.int.spec.ts`, 'is not held up by an app that floods its output'], [ABUSE, 'one line that does not end']],
};

const read = (file: string): string => readFileSync(join(import.meta.dirname, '../../../..', file), 'utf8');

describe('ways out of an instance', () => {
  it.each(Object.entries(PROMISES))('%s: there is a test for it', (_promise, tests) => {
    expect(tests.filter(([file, test]) => !read(file).includes(test))).toEqual([]);
  });
});
