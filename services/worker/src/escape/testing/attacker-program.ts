// The attacker: evaluates what it is told, with the kernel's calls at hand that Node does not offer. It is the program of an instance, and
// the same file is run outside of one, with "outside", for the controls: there it reads a list of expressions and tells what each came to.
import child from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:http';
import net from 'node:net';
import os from 'node:os';
import { json, text } from 'node:stream/consumers';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const raw = libc.func('long syscall(long number, void *a, void *b, void *c, void *d, void *e, void *f)');

/** Numbers on amd64 and arm64, written down here once more: the filter's own table must not be what proves it. */
const NUMBERS = {
  mount: [165, 40], umount2: [166, 39], pivot_root: [155, 41], chroot: [161, 51], open_tree: [428, 428], move_mount: [429, 429],
  fsopen: [430, 430], fsconfig: [431, 431], fsmount: [432, 432], fspick: [433, 433], mount_setattr: [442, 442],
  unshare: [272, 97], setns: [308, 268], clone: [56, 220], clone3: [435, 435],
  ptrace: [101, 117], process_vm_readv: [310, 270], process_vm_writev: [311, 271], pidfd_open: [434, 434], pidfd_getfd: [438, 438],
  pidfd_send_signal: [424, 424], kcmp: [312, 272], move_pages: [279, 239], migrate_pages: [256, 238], kill: [62, 129],
  add_key: [248, 217], request_key: [249, 218], keyctl: [250, 219],
  sched_setattr: [314, 274], sched_setscheduler: [144, 119], sched_setparam: [142, 118],
  bpf: [321, 280], perf_event_open: [298, 241], userfaultfd: [323, 282], kexec_load: [246, 104], kexec_file_load: [320, 294],
  init_module: [175, 105], finit_module: [313, 273], delete_module: [176, 106],
  io_uring_setup: [425, 425], io_uring_enter: [426, 426], io_uring_register: [427, 427],
  reboot: [169, 142], swapon: [167, 224], swapoff: [168, 225], syslog: [103, 116], acct: [163, 89], settimeofday: [164, 170],
  clock_settime: [227, 112], adjtimex: [159, 171], clock_adjtime: [305, 266], sethostname: [170, 161], setdomainname: [171, 162],
  iopl: [172, 0], ioperm: [173, 0], modify_ldt: [154, 0],
  name_to_handle_at: [303, 264], open_by_handle_at: [304, 265], fanotify_init: [300, 262],
  setuid: [105, 146], setgroups: [116, 159], capset: [126, 91], mknodat: [259, 33], setxattr: [188, 5], memfd_create: [319, 279],
  socket: [41, 198], ioctl: [16, 29], sendto: [44, 206], recvfrom: [45, 207], shmget: [29, 194], mq_open: [240, 180], mmap: [9, 222],
} as const satisfies Readonly<Record<string, readonly [x64: number, arm64: number]>>;

type Argument = number | bigint | Buffer | null;

const errorNames = new Map(Object.entries(os.constants.errno).map(([name, errno]) => [errno as number, name]));
errorNames.set(126, 'ENOKEY').set(97, 'EAFNOSUPPORT').set(38, 'ENOSYS').set(61, 'ENODATA');

function answerOf(number: number, args: readonly Argument[]): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
  const result = Number(raw(number, a, b, c, d, e, f));
  return result === -1 ? -koffi.errno() : result;
}

/** What the kernel answers to a call: at least 0, or the error number as a negative one. */
function ask(name: keyof typeof NUMBERS, ...args: Argument[]): number {
  return answerOf(NUMBERS[name][process.arch === 'arm64' ? 1 : 0], args);
}

const named = (answer: number): string => (answer >= 0 ? 'done' : (errorNames.get(-answer) ?? `errno ${-answer}`));

/** "done", or the name of the error. */
const call = (name: keyof typeof NUMBERS, ...args: Argument[]): string => named(ask(name, ...args));

/** The same by a number that the table does not know. */
const callNumber = (number: number, ...args: Argument[]): string => named(answerOf(number, args));

/** A string as the kernel takes it. */
const s = (value: string): Buffer => Buffer.from(`${value}\0`);

/** "done", or the code of the error that was thrown. */
function attempt(act: () => unknown): string {
  try {
    act();
    return 'done';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** "connected" or the code of the error, for a TCP port or a unix socket; "\0…" is an abstract one. */
async function reach(where: { port: number; host: string } | { path: string }): Promise<string> {
  const socket = net.connect(where);
  socket.setTimeout(5_000, () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
  try {
    await once(socket, 'connect');
    return 'connected';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}

/** How a program ended: "done", its exit code or signal, or why it did not start. */
function run(file: string, ...args: string[]): string {
  const { status, signal, error } = child.spawnSync(file, args, { stdio: 'ignore' });
  return status === 0 ? 'done' : ((error as NodeJS.ErrnoException | undefined)?.code ?? signal ?? `exit ${String(status)}`);
}

/** How another Node ended that evaluated this with the same things at hand: for what may kill who tries it. */
function alone(code: string): string {
  const { signal, stdout } = child.spawnSync(process.execPath, [import.meta.filename, 'outside'], { input: JSON.stringify([code]), encoding: 'utf8' });
  return signal ?? String((JSON.parse(stdout) as unknown[])[0]);
}

/** A process of ours to try things on, for as long as the test runs. */
function victim(): number {
  const { pid = 0 } = child.spawn('sleep', ['60'], { stdio: 'ignore' });
  return pid;
}

/** Runs machine code, which is what reaches the kernel by other doors than `syscall`. */
function execute(code: readonly number[]): string {
  const [PROT_ALL, MAP_PRIVATE_ANONYMOUS] = [7, 0x22];
  const map = libc.func('intptr_t mmap(void *at, size_t length, int protection, int flags, int fd, long offset)');
  const at = BigInt(map(null, 4_096, PROT_ALL, MAP_PRIVATE_ANONYMOUS, -1, 0));
  koffi.encode(at, koffi.array('uint8_t', code.length), code);
  return named(koffi.call(at, koffi.proto('int ()')) as number);
}

/** Every file below a folder that can be opened so. */
function openable(folder: string, flags: string | number, skip = /^$/): string[] {
  const found: string[] = [];
  const folders = [folder];
  for (let here = folders.pop(); here !== undefined; here = folders.pop()) {
    let entries: fs.Dirent[] = [];
    attempt(() => (entries = fs.readdirSync(here as string, { withFileTypes: true })));
    for (const entry of entries) {
      const path = `${here}/${entry.name}`;
      if (skip.test(path)) continue;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && attempt(() => fs.closeSync(fs.openSync(path, flags))) === 'done') found.push(path);
    }
  }
  return found;
}

/** The first 64 KiB of a file, or what can be had of them without waiting. */
function beginning(file: string): Buffer {
  const start = Buffer.alloc(65_536);
  let bytes = 0;
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  attempt(() => (bytes = fs.readSync(fd, start)));
  fs.closeSync(fd);
  return start.subarray(0, bytes);
}

/** A folder to try things in. */
const scratch = fs.mkdtempSync(`${os.tmpdir()}/attack-`);

const kit = { scratch, ask, call, callNumber, s, attempt, reach, run, alone, victim, execute, openable, beginning, koffi, child, fs, net, os };

async function evaluate(code: string): Promise<unknown> {
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as FunctionConstructor;
  return (await (AsyncFunction(...Object.keys(kit), `return (${code})`)(...Object.values(kit)) as Promise<unknown>)) ?? null;
}

if (process.argv[2] === 'outside') {
  const results: unknown[] = [];
  for (const code of (await json(process.stdin)) as string[]) results.push(await evaluate(code).catch(String));
  fs.writeSync(1, JSON.stringify(results));
  process.exit(); // Whatever the attacks have left open.
} else {
  const answer = async (code: string): Promise<string> => JSON.stringify(await evaluate(code));
  createServer((request, response) => {
    text(request)
      .then(answer)
      .then((body) => response.end(body), (error: unknown) => response.writeHead(500).end(String(error)));
  }).listen(8000, '127.0.0.1');
}
