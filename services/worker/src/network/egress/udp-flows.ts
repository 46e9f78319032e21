import type { Door, EgressContext } from './attachment.js';
import { udpPacket, udpPayload, type Endpoint, type PacketView } from './packet.js';
import { READABLE } from './poller.js';
import { closeFd, EAGAIN, EINTR, openConnecting, readInto, sendFrom } from './system-calls.js';

/** Flows of one instance at once; the one that was silent the longest makes room for a new one. */
const MOST_FLOWS = 256;
const IDLE_MS = 60_000;
const DATAGRAMS_AT_ONCE = 32;
const datagram = Buffer.allocUnsafe(65_535);

interface Flow {
  readonly fd: number;
  readonly instance: Endpoint;
  readonly destination: Endpoint;
  usedAt: number;
}

/** UDP: each flow of the instance has a socket outside that speaks with its destination alone. */
export class UdpFlows {
  readonly #context: EgressContext;
  readonly #door: Door;
  /** In the order of their last use. */
  readonly #flows = new Map<string, Flow>();
  /** Questions to the name server that are under way. */
  #asking = 0;

  constructor(context: EgressContext, door: Door) {
    this.#context = context;
    this.#door = door;
  }

  knows(packet: PacketView): boolean {
    return this.#flows.has(packet.flow);
  }

  /** A packet from the app to the public network, which may go. */
  packet(packet: PacketView): void {
    const flow = this.#flows.get(packet.flow) ?? this.#open(packet);
    if (flow === undefined) return;
    this.#flows.delete(packet.flow);
    this.#flows.set(packet.flow, flow);
    flow.usedAt = this.#context.now();
    sendFrom(flow.fd, udpPayload(packet));
  }

  toNameServer(packet: PacketView): void {
    const { instance, destination } = endsOf(packet);
    if (this.#asking >= MOST_FLOWS) return this.#door.refused(packet, 'busy');
    this.#asking += 1;
    this.#context.nameServer.ask(Buffer.from(udpPayload(packet)), (answer) => {
      this.#asking -= 1;
      if (answer !== undefined) this.#door.send(udpPacket(destination, instance, answer));
    });
  }

  sweep(): void {
    const idleSince = this.#context.now() - IDLE_MS;
    for (const [key, flow] of this.#flows) if (flow.usedAt < idleSince) this.#close(key, flow);
  }

  close(): void {
    for (const [key, flow] of this.#flows) this.#close(key, flow);
  }

  #open(packet: PacketView): Flow | undefined {
    const [oldest] = this.#flows;
    if (oldest !== undefined && this.#flows.size >= MOST_FLOWS) this.#close(...oldest);
    const { instance, destination } = endsOf(packet);
    if (this.#context.budget.sockets < 1) {
      this.#door.refused(packet, 'busy');
      return undefined;
    }
    const { fd, errno } = openConnecting('udp', destination);
    if (fd < 0 || errno !== 0) {
      if (fd >= 0) closeFd(fd);
      return undefined;
    }
    this.#context.budget.sockets -= 1;
    const flow: Flow = { fd, instance, destination, usedAt: this.#context.now() };
    const key = packet.flow;
    this.#flows.set(key, flow);
    this.#context.poller.add(fd, READABLE, () => this.#receive(key, flow));
    return flow;
  }

  #receive(key: string, flow: Flow): void {
    for (let count = 0; count < DATAGRAMS_AT_ONCE; count++) {
      const length = readInto(flow.fd, datagram);
      if (length === -EAGAIN || length === -EINTR) return;
      // The destination's machine said that nobody listens: for UDP that is an end as good as silence.
      if (length < 0) return this.#close(key, flow);
      flow.usedAt = this.#context.now();
      this.#door.send(udpPacket(flow.destination, flow.instance, datagram.subarray(0, length)));
    }
  }

  #close(key: string, flow: Flow): void {
    this.#flows.delete(key);
    this.#context.poller.remove(flow.fd);
    closeFd(flow.fd);
    this.#context.budget.sockets += 1;
  }
}

function endsOf({ source, sourcePort, destination, destinationPort }: PacketView): { instance: Endpoint; destination: Endpoint } {
  return {
    instance: { address: Uint8Array.from(source), port: sourcePort },
    destination: { address: Uint8Array.from(destination), port: destinationPort },
  };
}
