import fc from 'fast-check';
import { readdress, readPacket, resetFor, TCP, udpPacket, udpPayload, type Endpoint } from './packet.js';

const endpoints = (bytes: 4 | 16): fc.Arbitrary<Endpoint> => fc.record({ address: fc.uint8Array({ minLength: bytes, maxLength: bytes }), port: fc.integer({ min: 0, max: 65_535 }) });
const pair = fc.oneof(fc.tuple(endpoints(4), endpoints(4), endpoints(4), endpoints(4)), fc.tuple(endpoints(16), endpoints(16), endpoints(16), endpoints(16)));

/** The sum a receiver makes over everything the checksum covers: all ones when it is right (RFC 1071). */
function sumIsRight(packet: Buffer): boolean {
  const isV4 = packet[0] === 0x45;
  const at = isV4 ? 20 : 40;
  const addresses = isV4 ? packet.subarray(12, 20) : packet.subarray(8, 40);
  const protocol = packet[isV4 ? 9 : 6] ?? 0;
  const pseudo = Buffer.concat([addresses, Buffer.from([0, protocol]), lengthOf(packet.length - at)]);
  return onesSum(Buffer.concat([pseudo, packet.subarray(at)])) === 0xffff && (!isV4 || onesSum(packet.subarray(0, 20)) === 0xffff);
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(length);
  return bytes;
}

function onesSum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

/** The first packet of a connection. */
function syn(source: Endpoint, destination: Endpoint, sequence: number): Buffer {
  const packet = udpPacket(source, destination, Buffer.alloc(12));
  const at = packet.length - 20;
  packet[source.address.length === 4 ? 9 : 6] = TCP;
  packet.writeUInt32BE(sequence, at + 4);
  packet.writeUInt32BE(0, at + 8);
  packet.writeUInt16BE(0x5002, at + 12);
  packet.fill(0, at + 14);
  packet.writeUInt16BE(0, at + 16);
  return packet;
}

describe('packets', () => {
  it('of datagrams are read back as they were written, with sums that are right', () => {
    fc.assert(
      fc.property(pair, fc.uint8Array({ maxLength: 300 }), ([source, destination], payload) => {
        const packet = udpPacket(source, destination, payload);
        const view = readPacket(packet);
        expect(view && { source: view.sourcePort, destination: view.destinationPort, payload: [...udpPayload(view)] }).toEqual({ source: source.port, destination: destination.port, payload: [...payload] });
        expect(sumIsRight(packet)).toBe(true);
      }),
    );
  });

  it('keep sums that are right when they get other ends', () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 0, max: 0xffffffff }), ([source, destination, from, to], sequence) => {
        // A reset is a TCP packet with sums of its own.
        const view = readPacket(syn(source, destination, sequence));
        const packet = readPacket(view === undefined ? Buffer.alloc(0) : resetFor(view));
        if (packet === undefined) throw new Error('not a packet');
        expect(sumIsRight(packet.bytes)).toBe(true);
        readdress(packet, from, to);
        expect(sumIsRight(packet.bytes)).toBe(true);
        const again = readPacket(packet.bytes);
        expect([again?.sourcePort, again?.destinationPort, [...(again?.source ?? [])], [...(again?.destination ?? [])]]).toEqual([from.port, to.port, [...from.address], [...to.address]]);
      }),
    );
  });

  it('that are cut, fragments or garbage are no packets, and nothing throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void readPacket(Buffer.from(bytes))));
    fc.assert(
      fc.property(pair, fc.nat(40), ([source, destination], cut) => {
        const packet = udpPacket(source, destination, Buffer.alloc(8));
        expect(readPacket(packet.subarray(0, Math.max(0, packet.length - 1 - cut)))).toBeUndefined();
      }),
    );
    const fragment = udpPacket({ address: Uint8Array.of(1, 2, 3, 4), port: 1 }, { address: Uint8Array.of(1, 2, 3, 5), port: 2 }, Buffer.alloc(8));
    fragment.writeUInt16BE(0x2000, 6);
    expect(readPacket(fragment)).toBeUndefined();
  });
});
