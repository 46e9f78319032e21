import type { AddressBytes } from './address-ranges.js';

export const TCP = 6;
export const UDP = 17;
export const SYN = 0x02;
const RST = 0x04;
export const ACK = 0x10;

const IPV6_HEADER = 40;
const IPV4_HEADER = 20;
const UDP_HEADER = 8;
const TCP_HEADER = 20;

/** Where things are in one packet that an instance sent. */
export interface PacketView {
  readonly bytes: Buffer;
  readonly protocol: typeof TCP | typeof UDP;
  readonly source: AddressBytes;
  readonly destination: AddressBytes;
  /** Offset of the TCP or UDP header. */
  readonly at: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Same for all packets of one flow in one direction, and for no others. */
  readonly flow: string;
}

/** Reads a whole packet, or answers `undefined` for what is not carried: fragments, IPv6 extensions, other protocols, garbage. */
export function readPacket(bytes: Buffer): PacketView | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  const isV4 = version === 4;
  if (!isV4 && version !== 6) return undefined;
  const at = isV4 ? ((bytes[0] ?? 0) & 0x0f) * 4 : IPV6_HEADER;
  if (at < IPV4_HEADER || bytes.length < at + UDP_HEADER) return undefined;
  // More fragments, or a fragment's offset.
  if (isV4 && (bytes.readUInt16BE(6) & 0x3fff) !== 0) return undefined;
  const length = isV4 ? bytes.readUInt16BE(2) : IPV6_HEADER + bytes.readUInt16BE(4);
  const protocol = bytes[isV4 ? 9 : 6];
  if (length !== bytes.length || (protocol !== TCP && protocol !== UDP)) return undefined;
  if (protocol === TCP && bytes.length < at + TCP_HEADER) return undefined;
  const [sourceAt, destinationAt, size] = isV4 ? [12, 16, 4] : [8, 24, 16];
  return {
    bytes,
    protocol,
    source: bytes.subarray(sourceAt, sourceAt + size),
    destination: bytes.subarray(destinationAt, destinationAt + size),
    at,
    sourcePort: bytes.readUInt16BE(at),
    destinationPort: bytes.readUInt16BE(at + 2),
    flow: bytes.toString('latin1', destinationAt, destinationAt + size) + bytes.toString('latin1', at, at + 4),
  };
}

export function tcpFlags({ bytes, at }: PacketView): number {
  return bytes[at + 13] ?? 0;
}

export interface Endpoint {
  readonly address: AddressBytes;
  readonly port: number;
}

/** Gives a TCP packet other ends, in place. Addresses must be of the packet's own version. */
export function readdress({ bytes, at }: Pick<PacketView, 'bytes' | 'at'>, source: Endpoint, destination: Endpoint): void {
  const isV4 = source.address.length === 4;
  const addressesAt = isV4 ? 12 : 8;
  const addressBytes = source.address.length * 2;
  const before = sumOf(bytes, addressesAt, addressBytes);
  const portsBefore = sumOf(bytes, at, 4);
  bytes.set(source.address, addressesAt);
  bytes.set(destination.address, addressesAt + source.address.length);
  bytes.writeUInt16BE(source.port, at);
  bytes.writeUInt16BE(destination.port, at + 2);
  const after = sumOf(bytes, addressesAt, addressBytes);
  if (isV4) adjust(bytes, 10, before, after);
  adjust(bytes, at + 16, before + portsBefore, after + sumOf(bytes, at, 4));
}

/** The answer to a SYN that is turned away: a reset, which the app sees as "connection refused". */
export function resetFor(syn: PacketView): Buffer {
  const answer = ipPacket(TCP, { address: syn.destination, port: syn.destinationPort }, { address: syn.source, port: syn.sourcePort }, Buffer.alloc(TCP_HEADER - 4));
  const at = answer.length - TCP_HEADER;
  answer.writeUInt32BE((syn.bytes.readUInt32BE(syn.at + 4) + 1) >>> 0, at + 8);
  answer[at + 12] = (TCP_HEADER / 4) << 4;
  answer[at + 13] = RST | ACK;
  answer.writeUInt16BE(transportChecksum(answer, at, TCP), at + 16);
  return answer;
}

/** A UDP packet as the instance should see it. */
export function udpPacket(source: Endpoint, destination: Endpoint, payload: Uint8Array): Buffer {
  const rest = Buffer.alloc(4 + payload.length);
  rest.writeUInt16BE(UDP_HEADER + payload.length, 0);
  rest.set(payload, 4);
  const packet = ipPacket(UDP, source, destination, rest);
  const at = packet.length - UDP_HEADER - payload.length;
  // A sum of zero means "no sum" in UDP; its other form says the same number.
  packet.writeUInt16BE(transportChecksum(packet, at, UDP) || 0xffff, at + 6);
  return packet;
}

export function udpPayload({ bytes, at }: PacketView): Buffer {
  return bytes.subarray(at + UDP_HEADER, at + Math.min(Math.max(bytes.readUInt16BE(at + 4), UDP_HEADER), bytes.length - at));
}

/** An IP packet whose payload is the two ports and what follows them. */
function ipPacket(protocol: number, source: Endpoint, destination: Endpoint, rest: Buffer): Buffer {
  const isV4 = source.address.length === 4;
  const at = isV4 ? IPV4_HEADER : IPV6_HEADER;
  const packet = Buffer.alloc(at + 4 + rest.length);
  if (isV4) {
    packet[0] = 0x45;
    packet.writeUInt16BE(packet.length, 2);
    packet.writeUInt16BE(0x4000, 6); // Don't fragment: then no identification is needed.
    packet[8] = 64;
    packet[9] = protocol;
  } else {
    packet[0] = 0x60;
    packet.writeUInt16BE(packet.length - IPV6_HEADER, 4);
    packet[6] = protocol;
    packet[7] = 64;
  }
  packet.set(source.address, isV4 ? 12 : 8);
  packet.set(destination.address, isV4 ? 16 : 24);
  if (isV4) packet.writeUInt16BE(fold(sumOf(packet, 0, IPV4_HEADER)) ^ 0xffff, 10);
  packet.writeUInt16BE(source.port, at);
  packet.writeUInt16BE(destination.port, at + 2);
  packet.set(rest, at + 4);
  return packet;
}

/** The checksum over the transport's header and payload, whose checksum field is still zero, and the pseudo header. */
function transportChecksum(packet: Buffer, at: number, protocol: number): number {
  const isV4 = packet[0] === 0x45;
  const addresses = isV4 ? sumOf(packet, 12, 8) : sumOf(packet, 8, 32);
  const length = packet.length - at;
  return fold(addresses + protocol + length + sumOf(packet, at, length)) ^ 0xffff;
}

/** RFC 1624: a checksum after some of the words under it have changed. */
function adjust(bytes: Buffer, at: number, before: number, after: number): void {
  const sum = (bytes.readUInt16BE(at) ^ 0xffff) + (fold(before) ^ 0xffff) + fold(after);
  bytes.writeUInt16BE(fold(sum) ^ 0xffff, at);
}

function sumOf(bytes: Buffer, from: number, length: number): number {
  let sum = 0;
  const end = from + length;
  let at = from;
  for (; at + 1 < end; at += 2) sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (at < end) sum += (bytes[at] as number) << 8;
  return sum;
}

function fold(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}
