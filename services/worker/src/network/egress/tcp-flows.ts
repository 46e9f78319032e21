import type { Door, EgressContext } from './attachment.js';
import { DnsStreamGuard } from './dns-message.js';
import { RELAY_PORT, type LinkFamily } from './link.js';
import { readdress, readPacket, resetFor, tcpFlags, SYN, type Endpoint, type PacketView } from './packet.js';
import { WRITABLE } from './poller.js';
import { accept, closeFd, connectError, EINPROGRESS, openConnecting } from './system-calls.js';
import { TcpRelay, type Guard } from './tcp-relay.js';

/** Connections of one instance at once, those of the last minute included. */
const MOST_FLOWS = 1_024;
const CONNECT_MS = 30_000;
/** How long a closed flow keeps its port, for the packets that still come: twice what a segment may live. */
const LINGER_MS = 60_000;
const FIRST_PORT = 1_024;
const LAST_PORT = 65_535;

/** The one outside, and the one that will be accepted inside. */
const SOCKETS_OF_FLOW = 2;

type FlowState = 'connecting' | 'opening' | 'open' | 'closed';

interface Flow {
  readonly key: string;
  readonly family: LinkFamily;
  readonly instance: Endpoint;
  readonly destination: Endpoint;
  /** Stands for the destination's address and port on the instance's side. */
  readonly relayPort: number;
  readonly guard: Guard | undefined;
  readonly outside: number;
  relay: TcpRelay | undefined;
  state: FlowState;
  /** The packet that began it, sent on when the destination has answered. */
  syn: PacketView | undefined;
  /** When it came into its state. */
  since: number;
}

/**
 * TCP without a TCP of our own. A connection's packets are readdressed to a listener of ours inside the instance's namespace
 * and back, so that the kernel speaks TCP with the app there; the bytes go on over an ordinary socket outside. The first
 * packet waits until the destination has answered, so that "connected" and "refused" mean what they mean anywhere.
 */
export class TcpFlows {
  readonly #context: EgressContext;
  readonly #door: Door;
  readonly #byKey = new Map<string, Flow>();
  readonly #byPort = new Map<number, Flow>();
  #nextPort = FIRST_PORT;

  constructor(context: EgressContext, door: Door) {
    this.#context = context;
    this.#door = door;
  }

  knows(packet: PacketView): boolean {
    const flow = this.#byKey.get(packet.flow);
    // A port of the app's that is used again begins anew.
    return flow !== undefined && (flow.state !== 'closed' || tcpFlags(packet) !== SYN);
  }

  /** A packet from the app to the public network, which may go. */
  packet(packet: PacketView, family: LinkFamily): void {
    const flow = this.#byKey.get(packet.flow);
    if (flow === undefined || !this.knows(packet)) return this.#begin(packet, family, { address: packet.destination, port: packet.destinationPort }, undefined);
    // Sent once more because the destination takes its time.
    if (flow.state !== 'connecting') this.#toRelay(flow, packet);
  }

  /** A packet from the app to the name server. */
  toNameServer(packet: PacketView, family: LinkFamily): void {
    if (this.knows(packet)) return this.packet(packet, family);
    const upstream = this.#context.nameServer.upstream();
    if (upstream === undefined || tcpFlags(packet) !== SYN) return this.turnAway(packet);
    const guard = new DnsStreamGuard();
    this.#begin(packet, family, upstream, (bytes) => guard.pass(bytes));
  }

  /** A packet from our listener to the app. */
  answerOfRelay(packet: PacketView, family: LinkFamily): void {
    const flow = this.#byPort.get(packet.destinationPort);
    if (flow === undefined || flow.family !== family || Buffer.compare(packet.destination, family.gateway) !== 0) return;
    readdress(packet, flow.destination, flow.instance);
    this.#door.send(packet.bytes);
  }

  turnAway(packet: PacketView): void {
    if ((tcpFlags(packet) & SYN) !== 0) this.#door.send(resetFor(packet));
  }

  accept(listener: number): void {
    for (;;) {
      const accepted = accept(listener);
      if (accepted === undefined) return;
      const flow = this.#byPort.get(accepted.peer.port);
      if (flow?.state !== 'opening') {
        closeFd(accepted.fd);
        continue;
      }
      this.#become(flow, 'open');
      flow.relay = new TcpRelay(this.#context.poller, { inside: accepted.fd, outside: flow.outside, guard: flow.guard }, () => this.#ended(flow));
    }
  }

  sweep(): void {
    const now = this.#context.now();
    for (const flow of this.#byPort.values()) {
      const age = now - flow.since;
      if ((flow.state === 'connecting' || flow.state === 'opening') && age > CONNECT_MS) this.#fail(flow);
      else if (flow.state === 'closed' && age > LINGER_MS) this.#forget(flow);
    }
  }

  close(): void {
    for (const flow of [...this.#byPort.values()]) {
      flow.relay?.abort();
      this.#forget(flow);
    }
  }

  #begin(packet: PacketView, family: LinkFamily, to: Endpoint, guard: Guard | undefined): void {
    const before = this.#byKey.get(packet.flow);
    if (before !== undefined) this.#forget(before);
    if (this.#byPort.size >= MOST_FLOWS) this.#forgetOneClosed();
    if (this.#byPort.size >= MOST_FLOWS || this.#context.budget.sockets < SOCKETS_OF_FLOW) {
      this.#door.refused(packet, 'busy');
      return this.turnAway(packet);
    }
    const { fd, errno } = openConnecting('tcp', to);
    if (fd < 0 || (errno !== 0 && errno !== EINPROGRESS)) {
      if (fd >= 0) closeFd(fd);
      return this.turnAway(packet);
    }
    this.#context.budget.sockets -= SOCKETS_OF_FLOW;
    const flow: Flow = {
      key: packet.flow,
      family,
      instance: { address: family.instance, port: packet.sourcePort },
      destination: { address: Uint8Array.from(packet.destination), port: packet.destinationPort },
      relayPort: this.#freePort(),
      guard,
      outside: fd,
      relay: undefined,
      state: 'connecting',
      syn: readPacket(Buffer.from(packet.bytes)),
      since: this.#context.now(),
    };
    this.#byKey.set(flow.key, flow);
    this.#byPort.set(flow.relayPort, flow);
    this.#context.poller.add(fd, WRITABLE, () => this.#connected(flow));
  }

  #connected(flow: Flow): void {
    this.#context.poller.remove(flow.outside);
    const { syn } = flow;
    if (syn === undefined || connectError(flow.outside) !== 0) return this.#fail(flow);
    this.#become(flow, 'opening');
    flow.syn = undefined;
    this.#toRelay(flow, syn);
  }

  #toRelay({ family, relayPort }: Flow, packet: PacketView): void {
    readdress(packet, { address: family.gateway, port: relayPort }, { address: family.instance, port: RELAY_PORT });
    this.#door.send(packet.bytes);
  }

  /** The destination did not answer, or said no. */
  #fail(flow: Flow): void {
    if (flow.syn !== undefined) this.turnAway(flow.syn);
    this.#forget(flow);
  }

  #ended(flow: Flow): void {
    flow.relay = undefined;
    this.#context.budget.sockets += SOCKETS_OF_FLOW;
    this.#become(flow, 'closed');
  }

  #forget(flow: Flow): void {
    if (flow.state === 'connecting' || flow.state === 'opening') {
      this.#context.poller.remove(flow.outside);
      closeFd(flow.outside);
      this.#context.budget.sockets += SOCKETS_OF_FLOW;
      flow.state = 'closed';
    }
    if (this.#byKey.get(flow.key) === flow) this.#byKey.delete(flow.key);
    this.#byPort.delete(flow.relayPort);
  }

  /** Makes room by the flow that has been closed the longest: ports are given in turn, so it is the first of them. */
  #forgetOneClosed(): void {
    for (const flow of this.#byPort.values()) if (flow.state === 'closed') return this.#forget(flow);
  }

  /** Ports are used in turn, so that one is used again as late as possible. */
  #freePort(): number {
    do this.#nextPort = this.#nextPort >= LAST_PORT ? FIRST_PORT : this.#nextPort + 1;
    while (this.#byPort.has(this.#nextPort));
    return this.#nextPort;
  }

  #become(flow: Flow, state: FlowState): void {
    flow.state = state;
    flow.since = this.#context.now();
  }
}
