// A "public network" for tests, on machines that have none: a namespace of its own at the other end of a veth pair, with
// addresses that are public ones and servers that answer. The test itself must run in a namespace of its own too, where
// those addresses can be given a route without touching the machine's.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseAddress, type AddressBytes } from '../egress/address-ranges.js';
import { attribute, message, newAddress, newDefaultRoute, setUp, uint32 } from '../egress/rtnetlink.js';
import { Netlink } from './netlink.js';

const RTM_NEWLINK = 16;
const CREATE_EXCLUSIVELY = 0x600;
const IFLA_IFNAME = 3;
const IFLA_LINKINFO = 18;
const IFLA_NET_NS_PID = 19;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const IFINFOMSG = Buffer.alloc(16);

export const PUBLIC_V4 = '93.184.215.14';
export const PUBLIC_V6 = '2606:2800:21f:cb07::14';
/** Of the machine itself, on its link to that network: addresses that no list of special ones could know. */
export const HOST_V4 = '93.184.215.1';
export const HOST_V6 = '2606:2800:21f:cb07::1';
/** What a real network might have beside the public one, and what a cloud has. */
export const PRIVATE_NEIGHBOUR = '10.77.0.5';
export const METADATA = '169.254.169.254';

/** The pretend network, while it is open. */
export class PretendInternet {
  readonly #far: ChildProcess;

  private constructor(far: ChildProcess) {
    this.#far = far;
  }

  /** Whether this process is in a network namespace made for its tests. */
  static get possible(): boolean {
    return process.env['WINDLASS_OWN_NETWORK'] !== undefined;
  }

  static async open(): Promise<PretendInternet> {
    const script = new URL('./far-network.ts', import.meta.url).pathname;
    const hooks = new URL('../../instance/testing/source-hooks.mjs', import.meta.url).pathname;
    const far = spawn('unshare', ['--net', '--', process.execPath, '--import', hooks, script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface(far.stdout)[Symbol.asyncIterator]();
    await lines.next(); // It is in its namespace.
    const own = new Netlink();
    own.request(newVeth('near0', 'far0', far.pid ?? 0));
    own.request(setUp(own.indexOf('lo'), 65_536));
    own.request(newAddress(own.indexOf('near0'), bytesOf(HOST_V4), 24));
    own.request(newAddress(own.indexOf('near0'), bytesOf(HOST_V6), 64));
    own.request(setUp(own.indexOf('near0'), 1_500));
    // As a machine's default route is: to private and metadata addresses too.
    own.request(newDefaultRoute(own.indexOf('near0'), bytesOf(PUBLIC_V4)));
    own.request(newDefaultRoute(own.indexOf('near0'), bytesOf(PUBLIC_V6)));
    own.close();
    far.stdin.write('\n');
    await lines.next(); // Its servers listen.
    return new PretendInternet(far);
  }

  async close(): Promise<void> {
    if (this.#far.exitCode !== null) return;
    const ended = once(this.#far, 'exit');
    this.#far.stdin?.end();
    await ended;
  }
}

function newVeth(near: string, far: string, farPid: number): Buffer {
  const peer = attribute(VETH_INFO_PEER, Buffer.concat([IFINFOMSG, attribute(IFLA_IFNAME, name(far)), attribute(IFLA_NET_NS_PID, uint32(farPid))]));
  const info = attribute(IFLA_LINKINFO, Buffer.concat([attribute(IFLA_INFO_KIND, Buffer.from('veth')), attribute(IFLA_INFO_DATA, peer)]));
  return message(RTM_NEWLINK, CREATE_EXCLUSIVELY, IFINFOMSG, attribute(IFLA_IFNAME, name(near)), info);
}

const name = (text: string): Buffer => Buffer.from(`${text}\0`);

export function bytesOf(address: string): AddressBytes {
  return parseAddress(address) as AddressBytes;
}
