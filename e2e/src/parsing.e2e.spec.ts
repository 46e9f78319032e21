import { once } from 'node:events';
import { createServer, METHODS, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { packFiles } from '@windlass/function-package';
import { createBodyDecoder, RequestHeadParser } from '@windlass/http1';
import { goodRequest, hostileRequests, mutated } from '@windlass/http1/testing';
import fc from 'fast-check';
import { deploy, eventually, nodeFunction, uniqueName, type Deployed } from './harness/deploy.js';

/** One request, as node:http reads it. */
interface Reading {
  readonly method: string;
  readonly url: string;
  readonly fields: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
}

// Keeps what node makes of each request, and every byte as it came, until somebody takes it.
const RECORDER = `
  let seen = [], raw = [];
  const server = http.createServer({ maxHeaderSize: 128 * 1024 }, (request, response) => {
    if (request.url.endsWith('/taken')) { response.end(JSON.stringify({ seen: seen.splice(0), raw: raw.map((pieces) => Buffer.concat(pieces).toString('latin1')) })); raw = []; request.socket.destroySoon(); return; }
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece)).on('error', () => {});
    request.on('end', () => {
      const { method, url, rawHeaders: fields, rawTrailers: trailers } = request;
      seen.push({ method, url, fields, body: Buffer.concat(pieces).toString('latin1'), trailers });
      response.end('ok');
    });
  });
  server.on('connection', (socket) => {
    const pieces = [];
    raw.push(pieces);
    socket.on('data', (piece) => pieces.push(piece));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(8000, '127.0.0.1');
`;

/** node:http, asked directly. */
class DirectReader {
  private readonly readings: Reading[] = [];
  private unknownMethod = false;
  private readonly server = createServer({ maxHeaderSize: 128 * 1024 }, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece)).on('error', () => undefined);
    request.on('end', () => {
      this.readings.push(readingOf(request, Buffer.concat(pieces)));
      response.end('ok');
    });
  });

  async open(): Promise<void> {
    this.server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      this.unknownMethod ||= error.code === 'HPE_INVALID_METHOD';
      socket.destroy();
    });
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
  }

  /** `unknownMethod`: it stopped at a method that it has no name for, whatever the framing. */
  async read(text: string): Promise<{ readings: Reading[]; unknownMethod: boolean }> {
    this.unknownMethod = false;
    await say((this.server.address() as AddressInfo).port, [text]);
    return { readings: this.readings.splice(0), unknownMethod: this.unknownMethod };
  }

  close(): void {
    this.server.close();
  }
}

function readingOf(request: IncomingMessage, body: Buffer): Reading {
  const { method = '', url = '', rawHeaders, rawTrailers } = request;
  return { method, url, fields: rawHeaders, body: body.toString('latin1'), trailers: rawTrailers };
}

/** Says the pieces, each by itself, ends its side, and resolves with all that is answered. */
async function say(port: number, pieces: readonly string[]): Promise<string> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  let heard = '';
  socket.on('data', (piece: Buffer) => (heard += piece.toString('latin1')));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  for (const piece of pieces) {
    socket.write(piece, 'latin1');
    if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  socket.once('end', () => socket.destroySoon());
  await closed;
  return heard;
}

function localPath(url: string): string {
  return url.replace(/^http:\/\/[^/]+/i, '');
}

/** What has to be the same, however a request went: its method, path, body, and the fields that mean nothing to HTTP. */
function essence({ method, url, fields, body, trailers }: Reading, prefix: string): unknown {
  const pairs = (raw: readonly string[]): (readonly [string, string])[] => Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index] as string, raw[2 * index + 1] as string]);
  const listed = pairs(fields).filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => value.toLowerCase().split(/\s*,\s*/));
  const own = (name: string): boolean => /^x/i.test(name) && !/^x[-_](?:cff|apig|forwarded|real|windlass|request)/i.test(name) && !listed.includes(name.toLowerCase());
  const path = localPath(url).replace(prefix, '') || '/';
  return { method, path, body, own: pairs(fields).filter(([name]) => own(name)), trailers: pairs(trailers).filter(([name]) => own(name)) };
}

describe('what a function is given of what clients send', () => {
  const direct = new DirectReader();
  let deployed: Deployed;
  let port: number;
  /** Of the address, and of the trigger. */
  let group: string;
  let path: string;

  beforeAll(async () => {
    await direct.open();
    path = `/${uniqueName('parse')}`;
    deployed = await deploy(await packFiles(nodeFunction(RECORDER)), { path, concurrency: 100, timeoutSeconds: 30 });
    await eventually(() => fetch(`${deployed.url}/taken`), ({ status }) => status === 200);
    const url = new URL(deployed.url);
    port = Number(url.port);
    group = url.pathname.slice(0, -path.length);
  });
  afterAll(async () => {
    direct.close();
    await deployed?.remove();
  });

  /** What the function has received since it was last asked: as node reads it, and as we read the same bytes. */
  async function taken(): Promise<Reading[]> {
    const answer = await fetch(`${deployed.url}/taken`);
    expect(answer.status).toBe(200);
    const { seen, raw } = (await answer.json()) as { seen: Reading[]; raw: string[] };
    // Node refuses methods that it has no name for, wherever the message ends.
    const framed = raw.flatMap((bytes) => requestsIn(bytes)).filter(({ url, method }) => !url.endsWith('/taken') && METHODS.includes(method));
    // On several connections the order among them is not told by the bytes.
    const sorted = (list: readonly { method: string; body: string }[]): string[] => list.map(({ method, body }) => `${method} ${body}`).sort();
    expect(sorted(framed)).toEqual(sorted(seen));
    return seen;
  }

  /** All that reached the function is what node reads in the same bytes, in the same order; what follows may have been refused. */
  async function expectAgreement(text: string, pieces: readonly string[]): Promise<{ reached: number; heard: string }> {
    const heard = await say(port, pieces);
    const reached = await taken();
    const { readings: all, unknownMethod } = await direct.read(text);
    const prefix = group + path;
    // One with another address is answered without the function.
    const readings = all.filter(({ url }) => localPath(url).startsWith(prefix) && /^(?:[/?]|$)/.test(localPath(url).slice(prefix.length)));
    const comparable = unknownMethod ? reached.slice(0, readings.length) : reached;
    expect(comparable.map((reading) => essence(reading, path))).toEqual(readings.slice(0, reached.length).map((reading) => essence(reading, prefix)));
    return { reached: reached.length, heard };
  }

  it('of requests that are meant to be read in two ways is nothing, or the one way in which node reads them', async () => {
    for (const { name, text, expected } of hostileRequests(group + path)) {
      const { reached, heard } = await expectAgreement(text, [text]);
      const statuses = [...heard.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
      if ('requests' in expected) expect({ name, reached, first: statuses[0] }).toEqual({ name, reached: expected.requests, first: 200 });
      else expect({ name, reached, statuses }).toEqual({ name, reached: 0, statuses: [expected.refused] });
    }
  });

  it('of sequences of good, hostile and damaged requests, sent in any pieces, is what node reads in them, up to the first that is refused', async () => {
    const prefix = group + path;
    const addressed = (text: string): string => text.replace(/^([A-Z]+) \//, `$1 ${prefix}/`);
    const request = fc.oneof(
      { weight: 4, arbitrary: goodRequest.map(addressed) },
      { weight: 2, arbitrary: mutated(goodRequest.map(addressed)) },
      { weight: 1, arbitrary: fc.constantFrom(...hostileRequests(prefix).map(({ text }) => text)) },
    );
    const sequence = fc.array(request, { minLength: 1, maxLength: 5 }).map((texts) => texts.join(''));
    let reachedInAll = 0;
    await fc.assert(
      fc.asyncProperty(sequence, fc.array(fc.nat(), { maxLength: 3 }), async (text, places) => {
        const at = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end)).filter((piece) => piece !== '');
        reachedInAll += (await expectAgreement(text, pieces)).reached;
      }),
      { numRuns: 300 },
    );
    // It would prove nothing if all were refused.
    expect(reachedInAll).toBeGreaterThan(100);
  });
});

/** Our own reading of the bytes that a connection brought. */
function requestsIn(bytes: string): { method: string; url: string; body: string }[] {
  const requests: { method: string; url: string; body: string }[] = [];
  let rest: Buffer = Buffer.from(bytes, 'latin1');
  while (rest.length > 0) {
    const read = new RequestHeadParser({ maxHeadBytes: 256 * 1024, maxFields: 1_000 }).read(rest);
    if (read === undefined) break;
    const decoder = createBodyDecoder(read.head.body);
    const slices: Buffer[] = [];
    const after = decoder.done ? read.rest : decoder.decode(read.rest, (slice) => slices.push(slice));
    // One that was broken off is no request.
    if (after === undefined) break;
    requests.push({ method: read.head.method, url: read.head.target, body: Buffer.concat(slices).toString('latin1') });
    rest = after;
  }
  return requests;
}
