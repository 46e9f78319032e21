import { endianness } from 'node:os';
import type { AddressBytes } from './address-ranges.js';

// Messages of rtnetlink(7), as far as a link needs them. Both supported architectures are little-endian.
const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLM_F_CREATE = 0x400;
const NLM_F_EXCL = 0x200;
const AF_INET = 2;
const AF_INET6 = 10;
const IFF_UP = 1;
const IFLA_MTU = 4;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_F_NODAD = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;
const NLMSG_ERROR = 2;
const HEADER_BYTES = 16;

if (endianness() !== 'LE') throw new Error('Messages to the kernel are written for little-endian machines.');

export function attribute(type: number, value: Uint8Array): Buffer {
  const padded = Buffer.alloc((4 + value.length + 3) & ~3);
  padded.writeUInt16LE(4 + value.length, 0);
  padded.writeUInt16LE(type, 2);
  padded.set(value, 4);
  return padded;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function message(type: number, flags: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(NLM_F_REQUEST | NLM_F_ACK | flags, 6);
  return Buffer.concat([header, body]);
}

/** Brings an interface up with this MTU. */
export function setUp(index: number, mtu: number): Buffer {
  const body = Buffer.alloc(16); // struct ifinfomsg
  body.writeInt32LE(index, 4);
  body.writeUInt32LE(IFF_UP, 8);
  body.writeUInt32LE(IFF_UP, 12);
  return message(RTM_NEWLINK, 0, body, attribute(IFLA_MTU, uint32(mtu)));
}

export function newAddress(index: number, address: AddressBytes, prefixLength: number): Buffer {
  const body = Buffer.alloc(8); // struct ifaddrmsg
  body[0] = familyOf(address);
  body[1] = prefixLength;
  body[2] = IFA_F_NODAD; // Nobody else is on the link, so the address is good at once.
  body.writeUInt32LE(index, 4);
  return message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, body, attribute(IFA_LOCAL, address), attribute(IFA_ADDRESS, address));
}

export function newDefaultRoute(index: number, gateway: AddressBytes): Buffer {
  const body = Buffer.alloc(12); // struct rtmsg
  body[0] = familyOf(gateway);
  body[4] = RT_TABLE_MAIN;
  body[5] = RTPROT_BOOT;
  body[7] = RTN_UNICAST;
  return message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, body, attribute(RTA_GATEWAY, gateway), attribute(RTA_OIF, uint32(index)));
}

/** The error number of the kernel's answer to one message; 0 when it did what it was asked. */
export function errorOf(answer: Buffer): number {
  if (answer.length < HEADER_BYTES + 4 || answer.readUInt16LE(4) !== NLMSG_ERROR) return 0;
  return -answer.readInt32LE(HEADER_BYTES);
}

function familyOf(address: AddressBytes): number {
  return address.length === 4 ? AF_INET : AF_INET6;
}
