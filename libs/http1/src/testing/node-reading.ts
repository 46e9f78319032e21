import { createServer, request, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

/** What node:http makes of the first message in some bytes that are followed by the end of the connection. */
export type NodeReading =
  | { kind: 'complete'; method?: string; url?: string; status?: number; fields: [string, string][]; body: string; trailers: [string, string][] }
  | { kind: 'refused'; code: string };

/**
 * A connection whose peer says `input`, lets node read it, and closes. What is written to it is dropped. node:http takes a
 * close that comes together with the last bytes as an abort, so the close waits for the turns in which it hands a message out.
 */
function connectionSaying(input: Buffer): Duplex {
  const connection = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  connection.push(input);
  setImmediate(() => setImmediate(() => setImmediate(() => connection.push(null))));
  return connection;
}

function pairs(raw: string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index] as string, raw[2 * index + 1] as string]);
}

function readAll(message: IncomingMessage, resolve: (reading: NodeReading) => void): void {
  const pieces: Buffer[] = [];
  message.on('data', (piece: Buffer) => pieces.push(piece));
  message.on('error', (error) => resolve({ kind: 'refused', code: codeOf(error) }));
  message.on('end', () =>
    resolve({
      kind: 'complete',
      ...(message.method ? { method: message.method, url: message.url ?? '' } : { status: message.statusCode ?? 0 }),
      fields: pairs(message.rawHeaders),
      body: Buffer.concat(pieces).toString('latin1'),
      trailers: pairs(message.rawTrailers),
    }),
  );
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

export function nodeReadsRequest(input: Buffer): Promise<NodeReading> {
  return new Promise((resolve) => {
    const server = createServer({ maxHeaderSize: 64 * 1024 });
    const handle = (message: IncomingMessage): void => readAll(message, resolve);
    server.on('request', handle).on('checkContinue', handle);
    server.on('checkExpectation', () => resolve({ kind: 'refused', code: 'EXPECTATION' }));
    const connection = connectionSaying(input);
    // The parser's error arrives before the end of a message that it cut off, so the first verdict stands.
    server.on('clientError', (error) => resolve({ kind: 'refused', code: codeOf(error) }));
    connection.on('finish', () => resolve({ kind: 'refused', code: 'CLOSED' }));
    server.emit('connection', connection);
  });
}

export function nodeReadsResponse(input: Buffer): Promise<NodeReading> {
  return new Promise((resolve) => {
    const call = request({ createConnection: () => connectionSaying(input) as never, maxHeaderSize: 64 * 1024 });
    call.on('response', (message) => readAll(message, resolve));
    call.on('upgrade', () => resolve({ kind: 'refused', code: 'UPGRADE' }));
    call.on('error', (error) => resolve({ kind: 'refused', code: codeOf(error) }));
    call.end();
  });
}
