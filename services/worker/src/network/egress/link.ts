import { getSystemErrorName } from 'node:util';
import type { RawLink } from '../dialer.js';
import { parseAddress, type AddressBytes } from './address-ranges.js';
import { errorOf, newAddress, newDefaultRoute, setUp } from './rtnetlink.js';
import { closeFd, interfaceIndex, listenOn, readInto, writeFrom } from './system-calls.js';

/** The one name and the addresses of every instance's link: each is alone in its network, so all have the same. */
export const LINK_NAME = 'eth0';
const LINK_MTU = 65_520;
const ANSWER_BYTES = 4_096;

export interface LinkFamily {
  readonly instance: AddressBytes;
  /** The other end of the link; it answers as name server and nothing else. */
  readonly gateway: AddressBytes;
  readonly prefixLength: number;
}

// 100.64.0.0/10 is for links between a provider and its customers (RFC 6598), the IPv6 one is a unique local prefix.
export const IPV4_LINK: LinkFamily = { instance: address('100.64.0.2'), gateway: address('100.64.0.1'), prefixLength: 30 };
export const IPV6_LINK: LinkFamily = { instance: address('fd77:6c73:7301::2'), gateway: address('fd77:6c73:7301::1'), prefixLength: 64 };

/** Where the relay listens inside: a port below 1024, which no process of an instance may take. */
export const RELAY_PORT = 1;
export const NAME_SERVER_PORT = 53;

/** A link that is up: packets come and go at `tunFd`, and connections of the relay arrive at the listeners. */
export interface Link {
  readonly tunFd: number;
  readonly listenerFds: readonly number[];
}

/** Gives a link its addresses and default routes. Takes over the descriptors: when it throws, all are closed. */
export function bringUp({ tunFd, netlinkFd, ipv4Fd, ipv6Fd }: RawLink): Link {
  const listenerFds: number[] = [ipv4Fd];
  try {
    const index = interfaceIndex(ipv4Fd, LINK_NAME);
    request(netlinkFd, 'address', newAddress(index, IPV4_LINK.instance, IPV4_LINK.prefixLength));
    request(netlinkFd, 'interface', setUp(index, LINK_MTU));
    request(netlinkFd, 'route', newDefaultRoute(index, IPV4_LINK.gateway));
    check('listener', listenOn(ipv4Fd, { address: IPV4_LINK.instance, port: RELAY_PORT }));
    if (ipv6Fd !== undefined && hasIpv6(netlinkFd, ipv6Fd, index)) listenerFds.push(ipv6Fd);
    else if (ipv6Fd !== undefined) closeFd(ipv6Fd);
    closeFd(netlinkFd);
    return { tunFd, listenerFds };
  } catch (error) {
    for (const fd of [tunFd, netlinkFd, ipv4Fd, ...(ipv6Fd === undefined ? [] : [ipv6Fd])]) closeFd(fd);
    throw error;
  }
}

/** A kernel may have IPv6 switched off; then the link is without it. */
function hasIpv6(netlinkFd: number, ipv6Fd: number, index: number): boolean {
  try {
    request(netlinkFd, 'IPv6 address', newAddress(index, IPV6_LINK.instance, IPV6_LINK.prefixLength));
    request(netlinkFd, 'IPv6 route', newDefaultRoute(index, IPV6_LINK.gateway));
    check('IPv6 listener', listenOn(ipv6Fd, { address: IPV6_LINK.instance, port: RELAY_PORT }));
    return true;
  } catch {
    return false;
  }
}

function request(netlinkFd: number, what: string, message: Uint8Array): void {
  const sent = writeFrom(netlinkFd, message);
  if (sent < 0) check(what, -sent);
  const answer = Buffer.alloc(ANSWER_BYTES);
  const length = readInto(netlinkFd, answer);
  check(what, length < 0 ? -length : errorOf(answer.subarray(0, length)));
}

function check(what: string, errno: number): void {
  if (errno !== 0) throw new Error(`the ${what} of the link to the public network: ${getSystemErrorName(-errno)}`);
}

function address(text: string): AddressBytes {
  const bytes = parseAddress(text);
  if (bytes === undefined) throw new TypeError(`not an address: ${text}`);
  return bytes;
}
