import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Dial } from './app-connection.js';
import { AppConnections } from './app-connections.js';

describe('the connections of an instance', () => {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-app-'));
  const path = join(directory, 'app.sock');
  const accepted: Socket[] = [];
  const dialled: Socket[] = [];
  let server: Server;

  beforeAll(async () => {
    server = createServer((socket) => accepted.push(socket.on('error', () => undefined)));
    await once(server.listen(path), 'listening');
  });
  afterAll(() => {
    for (const socket of [...accepted, ...dialled]) socket.destroy();
    server.close();
    rmSync(directory, { recursive: true });
  });

  const dial: Dial = async ({ onread }) => {
    const socket = connect({ path, onread });
    dialled.push(socket);
    await once(socket, 'connect');
    return socket;
  };

  it('are used again for as long as the app promises, less a margin', async () => {
    const connections = new AppConnections(dial);
    const connection = await connections.open(1_000);
    connections.giveBack(connection, 0, 5_000);
    expect(connections.reuse(3_999)).toBe(connection);
    connections.giveBack(connection, 0, 5_000);
    expect(connections.reuse(4_000)).toBeUndefined();
  });

  it('make room for a new one, the one that was idle longest first', async () => {
    const connections = new AppConnections(dial);
    const [first, second] = [await connections.open(1_000), await connections.open(1_000)];
    connections.giveBack(first, 0, undefined);
    connections.giveBack(second, 1, undefined);
    connections.makeRoom();
    expect([first.closed, second.closed]).toEqual([true, false]);
    expect(connections.reuse(2)).toBe(second);
    connections.makeRoom();
    expect(connections.reuse(2)).toBeUndefined();
  });

  it('are dropped when the app closes them or says what nobody asked', async () => {
    const connections = new AppConnections(dial);
    for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.write('unasked')]) {
      const connection = await connections.open(1_000);
      connections.giveBack(connection, 0, undefined);
      await turn();
      end(accepted.at(-1) as Socket);
      await once(connection.socket, 'close');
      expect(connections.reuse(1)).toBeUndefined();
    }
  });

  it('hand over what they read, each to its own user', async () => {
    const connections = new AppConnections(dial);
    const heard = ['', ''];
    for (const index of [0, 1]) {
      const connection = await connections.open(1_000);
      const onBytes = (piece: Buffer): void => void (heard[index] += piece.toString());
      connection.user = { onBytes, onWritable: () => undefined, onClosed: () => undefined };
      await turn();
    }
    accepted.at(-2)?.write('first');
    accepted.at(-1)?.write('second');
    while (heard.join() !== 'first,second') await turn();
  });

  it('give their socket away as an ordinary one, which can be paused', async () => {
    const socket = (await new AppConnections(dial).open(1_000)).detach();
    await turn();
    const pieces: Buffer[] = [];
    const much = Buffer.alloc(1024 * 1024, 'much');
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece);
      socket.pause();
      setImmediate(() => socket.resume());
    });
    socket.resume();
    accepted.at(-1)?.end(much);
    await once(socket, 'end');
    expect(Buffer.concat(pieces).equals(much)).toBe(true);
  });

  it('are dialled a bounded number at once, and every dial gets its turn', async () => {
    let dialling = 0;
    let most = 0;
    const connections = new AppConnections(async (options) => {
      most = Math.max(most, (dialling += 1));
      await turn();
      dialling -= 1;
      return dial(options);
    });
    const opened = await Promise.all(Array.from({ length: 300 }, () => connections.open(1_000)));
    expect(opened).toHaveLength(300);
    expect(most).toBeLessThanOrEqual(128);
    for (const connection of opened) connection.destroy();
  });
});
