import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithSandbox } from '../instance/testing/instances.js';
import { Attackers, itRefuses, type Attack, type Attacker } from './testing/attackers.js';

const socket = (family: number, type: number, protocol: number, inside: string): Attack => ({ code: `call('socket', ${family}, ${type}, ${protocol})`, inside });
const [AF_INET, AF_INET6, AF_NETLINK, AF_PACKET] = [2, 10, 16, 17];
const [SOCK_STREAM, SOCK_RAW] = [1, 3];

/** A message of rtnetlink(7) that changes something, and what the kernel answers. */
const netlink = (type: number, body: string): string => `(() => {
  const fd = ask('socket', ${AF_NETLINK}, ${SOCK_RAW}, 0);
  const body = Buffer.from('${body}', 'hex');
  const message = Buffer.alloc(16 + body.length);
  message.writeUInt32LE(message.length, 0); message.writeUInt16LE(${type}, 4); message.writeUInt16LE(5, 6);
  body.copy(message, 16);
  const answer = Buffer.alloc(4096);
  ask('sendto', fd, message, message.length, 0, 0, 0);
  ask('recvfrom', fd, answer, answer.length, 0, 0, 0);
  const errno = -answer.readInt32LE(16);
  return errno === 0 ? 'done' : Object.keys(os.constants.errno).find((name) => os.constants.errno[name] === errno);
})()`;
/** struct ifinfomsg of the loopback interface, to be set up. */
const LOOPBACK_UP = '00000000010000000100000001000000';
/** struct ifaddrmsg and the address 10.9.8.7/32 for it. */
const LOOPBACK_ADDRESS = '0220000001000000080002000a090807';

const SOCKETS: Readonly<Record<string, Attack>> = {
  'raw sockets of IPv4': socket(AF_INET, SOCK_RAW, 1, 'EPERM'),
  'raw sockets of IPv4, for any packet': socket(AF_INET, SOCK_RAW, 255, 'EPERM'),
  'raw sockets of IPv6': socket(AF_INET6, SOCK_RAW, 58, 'EPERM'),
  'packet sockets': socket(AF_PACKET, SOCK_RAW, 0x0300, 'EAFNOSUPPORT'),
  'sockets to the hypervisor (vsock)': { ...socket(40, SOCK_STREAM, 0, 'EAFNOSUPPORT'), needs: 'SYS_ADMIN' },
  'sockets to the kernel\'s ciphers (alg)': socket(38, 5, 0, 'EAFNOSUPPORT'),
  'netlink: an interface is changed': { code: netlink(16, LOOPBACK_UP), inside: 'EPERM' },
  'netlink: an address is added': { code: netlink(20, LOOPBACK_ADDRESS), inside: 'EPERM' },
};

describeWithSandbox('escape over the network', () => {
  const attackers = new Attackers();
  const folder = mkdtempSync(join(tmpdir(), 'windlass-sockets-'));
  const servers: Server[] = [];
  let attacker: Attacker;

  const listen = async (options: object): Promise<AddressInfo> => {
    const server = createServer((connection) => connection.end()).listen(options);
    servers.push(server);
    await once(server, 'listening');
    return server.address() as AddressInfo;
  };

  beforeAll(async () => {
    await attackers.open();
    attacker = await attackers.start();
    chmodSync(folder, 0o777);
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await attackers.close();
    rmSync(folder, { recursive: true });
  });

  describe('sockets that are more than a connection', () => itRefuses(attackers, () => attacker, SOCKETS));

  it('nothing that listens on the machine is reached: by TCP, at a path, or under an abstract name', async () => {
    const path = join(folder, 'service.sock');
    const abstract = `\0windlass-service-${process.pid}`;
    const [v4, v6] = [await listen({ host: '0.0.0.0', port: 0 }), await listen({ host: '::', port: 0, ipv6Only: true })];
    await listen({ path });
    await listen({ path: abstract });
    chmodSync(path, 0o777);
    const targets = [
      ...['127.0.0.1', '127.1', '0.0.0.0', '2130706433', '0x7f.1', '0177.0.0.1', 'localhost', '::ffff:127.0.0.1'].map((host) => ({ host, port: v4.port })),
      ...['::1', '::', '::ffff:0:0'].map((host) => ({ host, port: v6.port })),
      { path },
      { path: abstract },
    ];
    const tried = await attacker.tries<string[]>(`Promise.all(${JSON.stringify(targets)}.map(reach))`);
    expect(tried.filter((result) => result === 'connected')).toEqual([]);
    // The control: outside they are there for everybody.
    expect(await Promise.all([{ host: '127.0.0.1', port: v4.port }, { host: '::1', port: v6.port }, { path }, { path: abstract }].map(connects))).toEqual(Array(4).fill(true));
  });
});

async function connects(where: { readonly host: string; readonly port: number } | { readonly path: string }): Promise<boolean> {
  const socket = connect(where);
  await once(socket, 'connect');
  socket.destroy();
  return true;
}
