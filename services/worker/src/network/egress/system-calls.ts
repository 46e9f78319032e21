// The kernel's calls the egress thread needs and Node does not offer. Numbers are those of Linux on amd64 and arm64.
import { constants } from 'node:os';
import koffi from 'koffi';
import type { AddressBytes } from './address-ranges.js';
import type { Endpoint } from './packet.js';

const libc = koffi.load('libc.so.6');
const read = libc.func('int64_t read(int fd, void *buffer, size_t count)');
const write = libc.func('int64_t write(int fd, const void *buffer, size_t count)');
const send = libc.func('int64_t send(int fd, const void *buffer, size_t count, int flags)');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const connect = libc.func('int connect(int fd, const void *address, uint32_t length)');
const accept4 = libc.func('int accept4(int fd, void *address, void *length, int flags)');
const getsockname = libc.func('int getsockname(int fd, void *address, void *length)');
const getsockopt = libc.func('int getsockopt(int fd, int level, int name, void *value, void *length)');
const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)');
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)');
const listen = libc.func('int listen(int fd, int backlog)');
const ioctl = libc.func('int ioctl(int fd, ulong request, void *argument)');
const shutdown = libc.func('int shutdown(int fd, int how)');
const close = libc.func('int close(int fd)');

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_LINGER = 13;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const SHUT_WR = 1;
const MSG_NOSIGNAL = 0x4000;
const LARGEST_ADDRESS = 28;
const BACKLOG = 128;
const SIOCGIFINDEX = 0x8933;
const IFREQ_BYTES = 40;
const IFREQ_VALUE_AT = 16;

export const { EAGAIN, EINPROGRESS, EINTR } = constants.errno;

/** What a call that moves bytes answers: how many, or the error number as a negative one. */
function result(value: number): number {
  return value < 0 ? -koffi.errno() : value;
}

export function readInto(fd: number, buffer: Buffer): number {
  return result(Number(read(fd, buffer, buffer.length)));
}

export function writeFrom(fd: number, bytes: Uint8Array): number {
  return result(Number(write(fd, bytes, bytes.length)));
}

/** As `writeFrom`, on a socket whose other end may be gone: an error number and no signal. */
export function sendFrom(fd: number, bytes: Uint8Array): number {
  return result(Number(send(fd, bytes, bytes.length, MSG_NOSIGNAL)));
}

export function closeFd(fd: number): void {
  close(fd);
}

/** A socket that does not block, its connect begun; `errno` is 0 or EINPROGRESS when that went well. */
export function openConnecting(kind: 'tcp' | 'udp', to: Endpoint): { readonly fd: number; readonly errno: number } {
  const fd = socket(to.address.length === 4 ? AF_INET : AF_INET6, (kind === 'tcp' ? SOCK_STREAM : SOCK_DGRAM) | NONBLOCK_CLOEXEC, 0) as number;
  if (fd < 0) return { fd: -1, errno: koffi.errno() };
  if (kind === 'tcp') setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, Buffer.from([1, 0, 0, 0]), 4);
  const address = encode(to);
  return { fd, errno: connect(fd, address, address.length) === 0 ? 0 : koffi.errno() };
}

/**
 * Whether the kernel takes this address for one of the machine itself, whatever its interfaces and routes are at this moment.
 * Connecting a UDP socket sends nothing; it makes the kernel choose a route, and the way to oneself starts where it ends.
 */
export function isOwnAddress(address: AddressBytes): boolean {
  const { fd, errno } = openConnecting('udp', { address, port: 9 });
  if (fd < 0) return true;
  const own = errno === 0 && sameAddress(localAddress(fd), address);
  close(fd);
  return own;
}

function sameAddress(one: AddressBytes | undefined, other: AddressBytes): boolean {
  return one !== undefined && Buffer.compare(one, other) === 0;
}

function localAddress(fd: number): AddressBytes | undefined {
  const address = Buffer.alloc(LARGEST_ADDRESS);
  return getsockname(fd, address, lengthOf(address)) === 0 ? decode(address).address : undefined;
}

/** Binds a socket and listens on it. Answers an error number, 0 for well. */
export function listenOn(fd: number, at: Endpoint): number {
  const address = encode(at);
  return bind(fd, address, address.length) === 0 && listen(fd, BACKLOG) === 0 ? 0 : koffi.errno();
}

/** The number of an interface in the namespace of this socket; 0 when there is none of that name. */
export function interfaceIndex(socketFd: number, name: string): number {
  const request = Buffer.alloc(IFREQ_BYTES);
  request.write(name, 'latin1');
  return ioctl(socketFd, SIOCGIFINDEX, request) === 0 ? request.readInt32LE(IFREQ_VALUE_AT) : 0;
}

/** Accepts one connection; `undefined` when none waits. */
export function accept(listener: number): { readonly fd: number; readonly peer: Endpoint } | undefined {
  const address = Buffer.alloc(LARGEST_ADDRESS);
  const fd = accept4(listener, address, lengthOf(address), NONBLOCK_CLOEXEC) as number;
  if (fd < 0) return undefined;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, Buffer.from([1, 0, 0, 0]), 4);
  return { fd, peer: decode(address) };
}

/** How a connect that was begun has ended: an error number, 0 for well. */
export function connectError(fd: number): number {
  const value = Buffer.alloc(4);
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, value, lengthOf(value)) === 0 ? value.readInt32LE() : koffi.errno();
}

/** Says that nothing more comes, and leaves the other direction open. */
export function endWriting(fd: number): void {
  shutdown(fd, SHUT_WR);
}

/** Makes the coming close a reset, so that the other end does not take a break for an end. */
export function resetOnClose(fd: number): void {
  setsockopt(fd, SOL_SOCKET, SO_LINGER, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]), 8);
}

function lengthOf(buffer: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(buffer.length);
  return length;
}

function encode({ address, port }: Endpoint): Buffer {
  const isV4 = address.length === 4;
  const bytes = Buffer.alloc(isV4 ? 16 : LARGEST_ADDRESS);
  bytes.writeUInt16LE(isV4 ? AF_INET : AF_INET6, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address, isV4 ? 4 : 8);
  return bytes;
}

function decode(bytes: Buffer): Endpoint {
  const isV4 = bytes.readUInt16LE(0) === AF_INET;
  return { address: bytes.subarray(isV4 ? 4 : 8, isV4 ? 8 : 24), port: bytes.readUInt16BE(2) };
}
