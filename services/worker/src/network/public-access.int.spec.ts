import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInstanceHost, startInstance, type Instance, type InstanceHost } from '../instance/index.js';
import { describeWithSandbox, get, nodeServer, Packages, silent } from '../instance/testing/instances.js';
import { HOST_V4, HOST_V6, METADATA, PretendInternet, PRIVATE_NEIGHBOUR, PUBLIC_V4, PUBLIC_V6 } from './testing/pretend-internet.js';

const PRELUDE = `
import net from 'node:net'; import dns from 'node:dns/promises'; import dgram from 'node:dgram'; import os from 'node:os'; import fs from 'node:fs';
const tcp = (port, host, say = '') => new Promise((done) => {
  let heard = '';
  const socket = net.connect({ port, host, allowHalfOpen: true }, () => socket.end(say));
  socket.setTimeout(5000, () => { done('silence'); socket.destroy(); });
  socket.on('data', (data) => (heard += data)).on('end', () => done(heard)).on('error', (error) => done(heard + error.code));
});
const udp = (type, port, host, say) => new Promise((done) => {
  const socket = dgram.createSocket(type);
  setTimeout(() => { done('silence'); socket.close(); }, 1500).unref();
  socket.on('message', (message) => done(message.length + ' bytes')).on('error', (error) => done(error.code));
  socket.send(say, port, host, (error) => error && done(error.code));
});
`;

(PretendInternet.possible ? describeWithSandbox : describe.skip)('public access', () => {
  const packages = new Packages();
  const notes: string[] = [];
  let internet: PretendInternet;
  let host: InstanceHost;
  let instance: Instance;

  const ask = async (expression: string): Promise<unknown> => JSON.parse(await get(instance, `/${encodeURIComponent(expression)}`)) as unknown;

  beforeAll(async () => {
    internet = await PretendInternet.open();
    await packages.open();
    host = await createInstanceHost({ logger: silent, egress: { nameServers: [PUBLIC_V4] } });
    const spec = await packages.spec(nodeServer('return JSON.stringify(await eval(decodeURIComponent(request.url.slice(1))))', PRELUDE), { publicAccess: true });
    instance = await startInstance(spec, host, { onOutput: ({ source, text }) => source === 'platform' && notes.push(text) });
  });
  afterAll(async () => {
    await instance?.stop(0);
    await host?.close();
    await internet?.close();
    await packages.close();
  });

  it('reaches the public network, over IPv4 and IPv6, as the machine', async () => {
    expect(await ask(`Promise.all([tcp(80, '${PUBLIC_V4}'), tcp(80, '${PUBLIC_V6}')])`)).toEqual([`you are ::ffff:${HOST_V4}`, `you are ${HOST_V6}`]);
    expect(await ask("Object.keys(os.networkInterfaces()).sort()")).toEqual(['eth0', 'lo']);
  });

  it('carries datagrams of every size, and nothing that was not asked for', async () => {
    const sizes = [0, 1, 1_400, 9_000, 65_000];
    expect(await ask(`Promise.all([${sizes.map((size) => `udp('udp4', 7000, '${PUBLIC_V4}', Buffer.alloc(${size}))`).join()}])`)).toEqual(sizes.map((size) => `${size} bytes`));
    expect(await ask(`udp('udp6', 7000, '${PUBLIC_V6}', Buffer.alloc(300))`)).toBe('300 bytes');
  });

  it('carries much in both directions, and each end of a connection for itself', async () => {
    expect(await ask(`tcp(7001, '${PUBLIC_V4}', Buffer.alloc(20_000_000))`)).toBe('20000000');
    expect(await ask(`tcp(7000, '${PUBLIC_V6}', 'x'.repeat(5_000_000)).then((heard) => heard.length)`)).toBe(5_000_000);
  });

  it('carries many connections at once', async () => {
    expect(await ask(`Promise.all(Array.from({ length: 200 }, (_, i) => tcp(7000, '${PUBLIC_V4}', 'n' + i))).then((all) => all.every((heard, i) => heard === 'n' + i))`)).toBe(true);
  });

  it('tells refused from broken as the destination does', async () => {
    expect(await ask(`Promise.all([tcp(9, '${PUBLIC_V4}'), tcp(9, '${PUBLIC_V6}'), tcp(7002, '${PUBLIC_V4}', 'go')])`)).toEqual(['ECONNREFUSED', 'ECONNREFUSED', expect.stringMatching(/ECONNRESET$/)]);
  });

  it('finds names, by UDP and by TCP, and none that do not exist', async () => {
    expect(await ask("dns.lookup('example.com').then(({ address }) => address)")).toBe(PUBLIC_V4);
    expect(await ask("dns.resolve4('nowhere.example.com').catch((error) => error.code)")).toBe('ENOTFOUND');
    expect(await ask("tcp(80, 'example.com')")).toBe(`you are ::ffff:${HOST_V4}`);
    const question = "Buffer.from('001e' + '1234' + '0100' + '0001000000000000' + '076578616d706c6503636f6d00' + '0001' + '0001', 'hex')";
    expect(await ask(`tcp(53, '100.64.0.1', ${question}.with(1, 29)).then((heard) => heard.length > 40)`)).toBe(true);
  });

  it('asks the name servers ordinary questions only', async () => {
    const transfer = "'1234' + '0100' + '0001000000000000' + '076578616d706c6503636f6d00' + '00fc' + '0001'";
    const refused = `new Promise((done) => { const socket = dgram.createSocket('udp4'); setTimeout(done, 3000, 'silence'); socket.on('message', (message) => done(message[3] & 15)); socket.send(Buffer.from(${transfer}, 'hex'), 53, '100.64.0.1'); })`;
    expect(await ask(refused)).toBe(5);
    expect(await ask(`tcp(53, '100.64.0.1', Buffer.from('001d' + ${transfer}, 'hex'))`)).toBe('ECONNRESET');
    expect(await ask("tcp(53, '100.64.0.1', 'GET / HTTP/1.1')")).toBe('ECONNRESET');
    expect(await ask("tcp(80, '100.64.0.1')")).toBe('ECONNREFUSED');
  });

  it('never reaches the machine, whatever its address is called', async () => {
    const server = createServer((socket) => socket.end('the machine')).listen(0, '::');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const names = ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0.0.0.0', '0', '::1', '::', '::ffff:127.0.0.1', '::127.0.0.1', HOST_V4, HOST_V6, `::ffff:${HOST_V4}`, '100.64.0.1', '100.64.0.2'];
    const heard = (await ask(`Promise.all(${JSON.stringify(names)}.map((name) => tcp(${port}, name)))`)) as string[];
    expect(heard.filter((answer) => answer.includes('machine'))).toEqual([]);
    expect(notes.filter((note) => note.includes('an address of the machine'))).toEqual(expect.arrayContaining([expect.stringContaining(`${HOST_V4}:${port}`), expect.stringContaining(`[${HOST_V6}]:${port}`)]));
    expect((await ask(`udp('udp4', ${port}, '${HOST_V4}', 'x')`))).toBe('silence');
    server.close();
  });

  it('never reaches private, link-local and metadata addresses that the machine could', async () => {
    const metadata = [METADATA, '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', `::ffff:${METADATA}`, `64:ff9b::${METADATA}`, `2002:a9fe:a9fe::1`, `::${METADATA}`, 'fd00:ec2::254', 'fe80::1%eth0'];
    const heard = (await ask(`Promise.all(${JSON.stringify([...metadata, PRIVATE_NEIGHBOUR, `::ffff:${PRIVATE_NEIGHBOUR}`])}.map((name) => tcp(80, name)))`)) as string[];
    expect(heard.filter((answer) => answer.includes('you are') || answer === 'silence')).toEqual([]);
    expect(await ask(`udp('udp4', 7000, '${PRIVATE_NEIGHBOUR}', 'x')`)).toBe('silence');
    expect(notes).toEqual(expect.arrayContaining([expect.stringContaining(`${PRIVATE_NEIGHBOUR}:80: it is a private address`), expect.stringContaining(`${METADATA}:80: it is a metadata address`)]));
  });

  it('is not led inside by a name', async () => {
    expect(await ask("Promise.all([tcp(80, 'rebind.example.com'), tcp(80, 'inside.example.com')])")).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });

  it('reaches a private range that the operator allows, and nothing the operator denies', async () => {
    const other = await createInstanceHost({ logger: silent, egress: { allow: ['10.77.0.0/24', '127.0.0.0/8', METADATA], deny: ['93.184.0.0/16'] } });
    const spec = await packages.spec(nodeServer('return JSON.stringify(await eval(decodeURIComponent(request.url.slice(1))))', PRELUDE), { publicAccess: true });
    const allowed = await startInstance(spec, other);
    const heard = await get(allowed, `/${encodeURIComponent(`Promise.all([tcp(80, '${PRIVATE_NEIGHBOUR}'), tcp(80, '${PUBLIC_V4}'), tcp(80, '${METADATA}')])`)}`);
    expect(JSON.parse(heard)).toEqual([expect.stringContaining('you are'), 'ECONNREFUSED', 'ECONNREFUSED']);
    await allowed.stop(0);
    await other.close();
  });

  it('has a loopback interface and no more where public access is off', async () => {
    const closed = await startInstance(await packages.spec(nodeServer('return JSON.stringify(await eval(decodeURIComponent(request.url.slice(1))))', PRELUDE)), host);
    const heard = await get(closed, `/${encodeURIComponent(`Promise.all([tcp(80, '${PUBLIC_V4}'), tcp(80, '${PUBLIC_V6}'), Object.keys(os.networkInterfaces()), dns.lookup('example.com').catch((error) => error.code)])`)}`);
    expect(JSON.parse(heard)).toEqual(['ENETUNREACH', 'ENETUNREACH', ['lo'], 'EAI_AGAIN']);
    await closed.stop(0);
  });
});
