import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { deploy, nodeFunction, type Deployed } from './harness/deploy.js';
import { credentials } from './harness/tenant.js';

type Place = { readonly host: string; readonly port: number } | { readonly path: string };

const PROBE = `
import net from 'node:net';
const probe = (place) => new Promise((done) => {
  const socket = net.connect(place, () => { socket.destroy(); done('connected'); });
  socket.setTimeout(3000, () => { socket.destroy(); done('silence'); });
  socket.on('error', ({ code }) => done(code));
});
http.createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  response.end(JSON.stringify(await Promise.all(JSON.parse(body).map(probe))));
}).listen(8000, '127.0.0.1');`;

/** TCP ports something on this machine listens on, as the kernel lists them. */
function listeningPorts(): number[] {
  const lines = ['tcp', 'tcp6'].flatMap((family) => readFileSync(`/proc/net/${family}`, 'latin1').split('\n').slice(1));
  const listening = lines.map((line) => line.trim().split(/\s+/)).filter(([, , , state]) => state === '0A');
  return [...new Set(listening.map(([, local = '']) => Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)))];
}

/** Unix sockets something listens on, by their paths and abstract names. */
function listeningSockets(): string[] {
  const accepting = readFileSync('/proc/net/unix', 'latin1').split('\n').map((line) => /^\S+ \S+ \S+ 00010000 0001 \S+ +\d+ (.+)$/.exec(line)?.[1]);
  return [...new Set(accepting.filter((path) => path !== undefined))].map((path) => path.replace(/^@/, '\0'));
}

// The whole platform runs on this machine, beside whatever else does, and so does the function, with access to the public network.
describe('from inside a function', () => {
  let deployed: Deployed;

  beforeAll(async () => {
    deployed = await deploy(nodeFunction(PROBE), { path: '/' });
  });
  afterAll(() => deployed?.remove());

  it('every port and every socket of the platform and the machine is tried, and it reaches none of them', async () => {
    const { api, gateway, grpc } = credentials();
    const own = [new URL(api), new URL(gateway), new URL(`http://${grpc}`)].map(({ port }) => Number(port));
    const ports = listeningPorts().slice(0, 60);
    const sockets = listeningSockets().slice(0, 200);
    expect(ports).toEqual(expect.arrayContaining(own));
    // Of PostgreSQL and of the services behind the edge.
    for (const name of ['.s.PGSQL', 'iam.sock', 'registry.sock', 'worker.sock']) expect(sockets).toContainEqual(expect.stringContaining(name));

    const machine = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address, scopeid }) => (scopeid ? `${address}%eth0` : address)));
    const hosts = [...new Set(['127.0.0.1', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', ...machine])].slice(0, 12);
    const places: Place[] = [...hosts.flatMap((host) => ports.filter((port) => port !== 8000).map((port) => ({ host, port }))), ...sockets.map((path) => ({ path }))];
    const response = await fetch(deployed.url, { method: 'POST', body: JSON.stringify(places) });
    expect(response.status).toBe(200);
    const answers = (await response.json()) as string[];
    expect(answers).toHaveLength(places.length);
    expect(places.filter((_, index) => answers[index] === 'connected')).toEqual([]);

    // The control: from outside they are there.
    const reachable: Place[] = [...own.map((port) => ({ host: '127.0.0.1', port })), ...sockets.filter((path) => path.includes(`/windlass-${process.getuid?.() ?? 0}-`) && path.endsWith('registry.sock')).slice(0, 1).map((path) => ({ path }))];
    for (const place of reachable) {
      const socket = connect(place);
      await once(socket, 'connect');
      socket.destroy();
    }
  });
});
