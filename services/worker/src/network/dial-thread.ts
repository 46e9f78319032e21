// The dial thread: the one thread of the worker that leaves the host's network namespace. For every request it steps
// into the namespace of an instance, makes a socket there, connects it and hands the descriptor over. A socket stays in
// the namespace it was made in, and the threads of a process share their descriptors, so the main thread just wraps it.
//
// Connecting never blocks, as a function with a full backlog must not delay another one's dials: a connect on loopback
// is nearly always complete at once, and the rare one that is not waits in `unfinished`.
//
// It also makes the descriptors of an instance's link to the public network: an interface and sockets that belong to the
// namespace, which the egress thread works with from outside.
//
// This file also runs straight from its source, where only its types are taken away: no enums, no imports of neighbours.
import { constants } from 'node:os';
import { parentPort } from 'node:worker_threads';
import koffi from 'koffi';
import type { DialAnswer, DialRequest, LinkRequest, ThreadRequest } from './dialer.js';

const libc = koffi.load('libc.so.6');
const setns = libc.func('int setns(int fd, int nstype)');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const connect = libc.func('int connect(int fd, const uint8_t *address, uint32_t length)');
const poll = libc.func('int poll(_Inout_ uint8_t *fds, ulong count, int timeout)');
const getsockopt = libc.func('int getsockopt(int fd, int level, int name, _Out_ int *value, _Inout_ uint32_t *length)');
const close = libc.func('int close(int fd)');
const open = libc.func('int open(const char *path, int flags)');
const ioctl = libc.func('int ioctl(int fd, ulong request, uint8_t *argument)');

const CLONE_NEWNET = 0x40000000;
const AF_INET = 2;
const SOCK_STREAM_CLOEXEC_NONBLOCK = 1 | 0o2000000 | 0o4000;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const O_RDWR_NONBLOCK_CLOEXEC = 0o2 | 0o4000 | 0o2000000;
const TUNSETIFF = 0x400454ca;
const IFF_TUN_NO_PI = 0x0001 | 0x1000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const POLLOUT = 4;
const POLLFD_BYTES = 8;
const RECHECK_MS = 2;

interface Unfinished {
  readonly id: number;
  readonly fd: number;
  readonly deadline: number;
}

const port = parentPort;
if (port === null) throw new Error('The dial thread is started by the dialer.');
let unfinished: Unfinished[] = [];
let timer: NodeJS.Timeout | undefined;

port.on('message', (request: ThreadRequest) => {
  if (request.kind === 'link') return openLink(request);
  const fd = openSocket(request);
  if (fd === undefined) return;
  settle([{ id: request.id, fd, deadline: performance.now() + request.timeoutMs }]);
});

port.postMessage('listening');

function openSocket({ id, namespaceFd, port: tcpPort }: DialRequest): number | undefined {
  if (setns(namespaceFd, CLONE_NEWNET) !== 0) return fail(id, koffi.errno());
  const fd = socket(AF_INET, SOCK_STREAM_CLOEXEC_NONBLOCK, 0) as number;
  if (fd < 0) return fail(id, koffi.errno());
  const address = Buffer.alloc(16); // struct sockaddr_in
  address.writeUInt16LE(AF_INET, 0);
  address.writeUInt16BE(tcpPort, 2);
  address.set([127, 0, 0, 1], 4);
  if (connect(fd, address, address.length) !== 0 && koffi.errno() !== constants.errno.EINPROGRESS) {
    const errno = koffi.errno();
    close(fd);
    return fail(id, errno);
  }
  return fd;
}

/** An interface in the namespace and sockets to configure it and to listen behind it; or none of them. */
function openLink({ id, namespaceFd, name }: LinkRequest): void {
  const made: number[] = [];
  const keep = (fd: number): number => {
    if (fd >= 0) made.push(fd);
    return fd;
  };
  const giveUp = (): void => {
    const errno = koffi.errno();
    for (const fd of made) close(fd);
    fail(id, errno);
  };
  if (setns(namespaceFd, CLONE_NEWNET) !== 0) return giveUp();
  const tunFd = keep(open('/dev/net/tun', O_RDWR_NONBLOCK_CLOEXEC) as number);
  const request = Buffer.alloc(40); // struct ifreq
  request.write(name, 'latin1');
  request.writeUInt16LE(IFF_TUN_NO_PI, 16);
  if (tunFd < 0 || ioctl(tunFd, TUNSETIFF, request) !== 0) return giveUp();
  const netlinkFd = keep(socket(AF_NETLINK, SOCK_RAW_CLOEXEC, 0) as number);
  const ipv4Fd = keep(socket(AF_INET, SOCK_STREAM_CLOEXEC_NONBLOCK, 0) as number);
  if (netlinkFd < 0 || ipv4Fd < 0) return giveUp();
  // A kernel may be without IPv6.
  const ipv6Fd = socket(AF_INET6, SOCK_STREAM_CLOEXEC_NONBLOCK, 0) as number;
  answer({ id, link: { tunFd, netlinkFd, ipv4Fd, ipv6Fd: ipv6Fd < 0 ? undefined : ipv6Fd } });
}

/** Answers the dials that are decided by now and keeps the others. */
function settle(added: readonly Unfinished[]): void {
  const dials = [...unfinished, ...added];
  const fds = Buffer.alloc(dials.length * POLLFD_BYTES);
  dials.forEach(({ fd }, index) => {
    fds.writeInt32LE(fd, index * POLLFD_BYTES);
    fds.writeInt16LE(POLLOUT, index * POLLFD_BYTES + 4);
  });
  poll(fds, dials.length, 0);
  const now = performance.now();
  unfinished = dials.filter((dial, index) => {
    const decided = fds.readInt16LE(index * POLLFD_BYTES + 6) !== 0;
    if (!decided && now < dial.deadline) return true;
    const errno = decided ? connectError(dial.fd) : constants.errno.ETIMEDOUT;
    if (errno === 0) {
      answer({ id: dial.id, fd: dial.fd });
    } else {
      close(dial.fd);
      fail(dial.id, errno);
    }
    return false;
  });
  if (unfinished.length > 0) {
    timer ??= setTimeout(() => {
      timer = undefined;
      settle([]);
    }, RECHECK_MS);
  }
}

function connectError(fd: number): number {
  const value = [0];
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, value, [4]) === 0 ? (value[0] ?? 0) : koffi.errno();
}

function fail(id: number, errno: number): undefined {
  answer({ id, errno });
}

function answer(message: DialAnswer): void {
  port?.postMessage(message);
}
