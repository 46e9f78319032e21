// The far side of the pretend internet: addresses, and servers that say what they saw. Runs in a namespace of its own.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { newAddress, setUp } from '../egress/rtnetlink.js';
import { Netlink } from './netlink.js';
import { bytesOf, METADATA, PRIVATE_NEIGHBOUR, PUBLIC_V4, PUBLIC_V6 } from './pretend-internet.js';

const NAMES: Readonly<Record<string, string>> = { 'example.com': PUBLIC_V4, 'rebind.example.com': '127.0.0.1', 'inside.example.com': PRIVATE_NEIGHBOUR };

process.stdout.write('here\n');
await once(process.stdin, 'data'); // The cable is there now.
const netlink = new Netlink();
const far = netlink.indexOf('far0');
netlink.request(setUp(far, 1_500));
for (const [address, prefixLength] of [[PUBLIC_V4, 24], [PUBLIC_V6, 64], [PRIVATE_NEIGHBOUR, 24], [METADATA, 24]] as const) {
  netlink.request(newAddress(far, bytesOf(address), prefixLength));
}

/** Says what it hears back, with the speaker's address before it. */
const greet = (socket: Socket): void => void socket.on('error', () => undefined).end(`you are ${socket.remoteAddress ?? ''}`);
const echo = (socket: Socket): void => void socket.on('error', () => undefined).pipe(socket);
/** Counts until the other side has said everything, then answers. */
const count = (socket: Socket): void => {
  let bytes = 0;
  socket.on('error', () => undefined).on('data', (chunk: Buffer) => (bytes += chunk.length));
  socket.on('end', () => socket.end(String(bytes)));
};
/** Breaks the connection in the middle of an answer. */
const breakOff = (socket: Socket): void => void socket.on('error', () => undefined).once('data', () => socket.write('half', () => socket.resetAndDestroy()));

for (const [port, act] of [[80, greet], [5432, greet], [7000, echo], [7001, count], [7002, breakOff]] as const) {
  await once(createServer({ allowHalfOpen: true }, act).listen({ port, host: '::' }), 'listening');
}
for (const type of ['udp4', 'udp6'] as const) {
  const socket = createSocket(type === 'udp6' ? { type, ipv6Only: true } : { type });
  socket.on('message', (message, from) => socket.send(message, from.port, from.address)).bind(7000);
  await once(socket, 'listening');
}
const dns = createSocket('udp4');
dns.on('message', (message, from) => dns.send(answerTo(message), from.port, from.address)).bind(53);
await once(dns, 'listening');
createServer((socket) => {
  socket.on('error', () => undefined).on('data', (chunk: Buffer) => {
    const answer = answerTo(chunk.subarray(2));
    const length = Buffer.alloc(2);
    length.writeUInt16BE(answer.length);
    socket.write(Buffer.concat([length, answer]));
  });
}).listen(53, '0.0.0.0');

process.stdout.write('listening\n');
process.stdin.on('end', () => process.exit()).resume();

function answerTo(question: Buffer): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const address = NAMES[labels.join('.')];
  const isA = question.readUInt16BE(at + 1) === 1;
  const record = address === undefined || !isA ? Buffer.alloc(0) : Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...bytesOf(address)]);
  const answer = Buffer.concat([question.subarray(0, at + 5), record]);
  answer.writeUInt16BE(0x8180 | (address === undefined ? 3 : 0), 2);
  answer.writeUInt16BE(record.length > 0 ? 1 : 0, 6);
  answer.writeUInt32BE(0, 8);
  return answer;
}
