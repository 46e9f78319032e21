import type { AddressBytes } from './address-ranges.js';
import type { EgressPolicy, RefusalReason } from './egress-policy.js';
import { IPV4_LINK, IPV6_LINK, NAME_SERVER_PORT, RELAY_PORT, type Link } from './link.js';
import type { NameServer } from './name-server.js';
import { readPacket, tcpFlags, TCP, SYN, ACK, type PacketView } from './packet.js';
import { READABLE, type Poller } from './poller.js';
import { closeFd, EAGAIN, EINTR, isOwnAddress, readInto, writeFrom } from './system-calls.js';
import { TcpFlows } from './tcp-flows.js';
import { UdpFlows } from './udp-flows.js';

/** Packets taken from one instance before others have their turn. */
const PACKETS_AT_ONCE = 32;
const LARGEST_PACKET = 65_535;
const packetBuffer = Buffer.allocUnsafe(LARGEST_PACKET);

/** Something an instance may not reach, or not now. */
export interface Refusal {
  readonly address: AddressBytes;
  readonly port: number;
  readonly reason: RefusalReason | 'host' | 'busy';
}

/** What attachments share. */
export interface EgressContext {
  readonly poller: Poller;
  readonly policy: EgressPolicy;
  readonly nameServer: NameServer;
  readonly now: () => number;
  /** Sockets all instances may still open together. */
  readonly budget: { sockets: number };
}

/**
 * The network of one instance, seen from outside: packets come out of its interface, and for each flow that may be, an
 * ordinary socket of this machine does what the instance asked for. Nothing is forwarded, so no rule of the machine's
 * firewall, route or switch changes, and nothing reaches an instance that it did not begin.
 */
export class Attachment {
  readonly #context: EgressContext;
  readonly #link: Link;
  readonly #tcp: TcpFlows;
  readonly #udp: UdpFlows;
  readonly #onRefused: (refusal: Refusal) => void;
  #closed = false;

  constructor(context: EgressContext, link: Link, onRefused: (refusal: Refusal) => void) {
    this.#context = context;
    this.#link = link;
    this.#onRefused = onRefused;
    const door = {
      send: (packet: Buffer): void => void writeFrom(link.tunFd, packet),
      refused: (packet: PacketView, reason: Refusal['reason']): void => this.#refused(packet, reason),
    };
    this.#tcp = new TcpFlows(context, door);
    this.#udp = new UdpFlows(context, door);
    context.poller.add(link.tunFd, READABLE, () => this.#readPackets());
    for (const listener of link.listenerFds) context.poller.add(listener, READABLE, () => this.#tcp.accept(listener));
  }

  /** Ends what has been silent for too long. */
  sweep(): void {
    this.#tcp.sweep();
    this.#udp.sweep();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tcp.close();
    this.#udp.close();
    for (const fd of [this.#link.tunFd, ...this.#link.listenerFds]) {
      this.#context.poller.remove(fd);
      closeFd(fd);
    }
  }

  #readPackets(): void {
    for (let count = 0; count < PACKETS_AT_ONCE && !this.#closed; count++) {
      const length = readInto(this.#link.tunFd, packetBuffer);
      if (length === -EAGAIN || length === -EINTR) return;
      // The interface went with its namespace.
      if (length <= 0) return this.close();
      const packet = readPacket(packetBuffer.subarray(0, length));
      if (packet !== undefined) this.#route(packet);
    }
  }

  #route(packet: PacketView): void {
    const family = packet.source.length === 4 ? IPV4_LINK : IPV6_LINK;
    const isTcp = packet.protocol === TCP;
    // From the interface's link-local address: nothing is on this link.
    if (!same(packet.source, family.instance)) return isTcp ? this.#tcp.turnAway(packet) : undefined;
    if (isTcp && packet.sourcePort === RELAY_PORT) return this.#tcp.answerOfRelay(packet, family);
    if (same(packet.destination, family.gateway)) {
      if (packet.destinationPort !== NAME_SERVER_PORT) return isTcp ? this.#tcp.turnAway(packet) : undefined;
      return isTcp ? this.#tcp.toNameServer(packet, family) : this.#udp.toNameServer(packet);
    }
    const known = isTcp ? this.#tcp.knows(packet) : this.#udp.knows(packet);
    if (!known) {
      // Only a flow's first packet is judged; what belongs to none and is not first is answered as by a machine that forgot.
      if (isTcp && (tcpFlags(packet) & (SYN | ACK)) !== SYN) return this.#tcp.turnAway(packet);
      const reason = this.#context.policy.refuses(packet.destination) ?? (isOwnAddress(packet.destination) ? 'host' : undefined);
      if (reason !== undefined) {
        if (isTcp) this.#tcp.turnAway(packet);
        // Hosts speak to multicast groups of their link by themselves.
        return reason === 'multicast' ? undefined : this.#refused(packet, reason);
      }
    }
    if (isTcp) this.#tcp.packet(packet, family);
    else this.#udp.packet(packet);
  }

  #refused({ destination, destinationPort }: PacketView, reason: Refusal['reason']): void {
    this.#onRefused({ address: Uint8Array.from(destination), port: destinationPort, reason });
  }
}

/** What flows need of their attachment. */
export interface Door {
  /** Gives the instance a packet. One that its interface cannot take is lost, as on any network. */
  send(packet: Buffer): void;
  refused(packet: PacketView, reason: Refusal['reason']): void;
}

function same(one: AddressBytes, other: AddressBytes): boolean {
  return Buffer.compare(one, other) === 0;
}
