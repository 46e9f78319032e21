import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { RequestHeadParser, createBodyDecoder } from '@windlass/http1';
import { ServedApp } from './testing/served-app.js';

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const REQUESTS = 1_000;

/** Apps that close connections they said they would keep, each in its own way, after each answer. */
const closings: Readonly<Record<string, (socket: Socket, random: () => number) => void>> = {
  'right after the answer': (socket) => void socket.end(),
  'right after the answer, by a reset': (socket) => void socket.resetAndDestroy(),
  'in the next turn': (socket) => void setImmediate(() => socket.destroy()),
  'after no time at all': (socket) => void setTimeout(() => socket.destroy(), 0),
  'whenever they like': (socket, random) => {
    const draw = random();
    if (draw < 0.2) socket.end();
    else if (draw < 0.4) socket.resetAndDestroy();
    else if (draw < 0.8) setTimeout(() => socket.destroy(), Math.floor(random() * 4));
  },
};

/** Reads whole requests, answers each, and closes as it is told. */
function appThatCloses(close: (socket: Socket) => void, seen: Map<string, number>): ReturnType<typeof createServer> {
  return createServer((socket) => {
    const heads = new RequestHeadParser();
    let decoder: ReturnType<typeof createBodyDecoder> | undefined;
    let path = '';
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      let rest: Buffer | undefined = piece;
      if (decoder === undefined) {
        const read = heads.read(piece);
        if (read === undefined) return;
        path = read.head.target;
        decoder = createBodyDecoder(read.head.body);
        rest = read.rest;
      }
      const after = decoder.decode(rest, () => undefined);
      if (after === undefined && !decoder.done) return;
      decoder = undefined;
      seen.set(path, (seen.get(path) ?? 0) + 1);
      socket.write(ANSWER, () => close(socket));
    });
  });
}

describe.each(Object.keys(closings))('an app that closes its connections %s', (name) => {
  it.each([
    ['GET', undefined],
    ['POST', 'x'.repeat(10)],
    ['PUT', 'x'.repeat(100_000)],
  ] as const)(`answers each of ${REQUESTS} requests (%s), and none of them reaches it twice that may not`, async (method, body) => {
    const seed = Math.floor(Math.random() * 0x7fffffff);
    const random = seeded(seed);
    const seen = new Map<string, number>();
    const close = closings[name] as (socket: Socket, random: () => number) => void;
    const served = await ServedApp.start(appThatCloses((socket) => close(socket, random), seen));
    try {
      let sent = 0;
      const statuses: number[] = [];
      const client = async (): Promise<void> => {
        while (sent < REQUESTS) {
          const path = `/${(sent += 1)}`;
          statuses.push((await served.ask({ method, path, body })).status);
        }
      };
      await Promise.all(Array.from({ length: 8 }, client));
      const failed = statuses.filter((status) => status !== 200);
      expect({ seed, failed }).toEqual({ seed, failed: [] });
      if (method === 'POST') expect([...seen.values()].every((times) => times === 1)).toBe(true);
      expect(seen.size).toBe(sent);
    } finally {
      await served.close();
    }
  });
});

it('a request that may not be sent twice never goes on a connection that was used before, whatever came before it', async () => {
  const request = fc.record({ method: fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'DELETE'), size: fc.constantFrom(0, 10, 65_536, 65_537), chunked: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 8 }), async (requests) => {
      const used: { readonly path: string; readonly isFirst: boolean }[] = [];
      const app = createServer((socket) => {
        const heads = new RequestHeadParser();
        let decoder: ReturnType<typeof createBodyDecoder> | undefined;
        let isFirst = true;
        socket.on('error', () => undefined);
        socket.on('data', (piece: Buffer) => {
          let rest = piece;
          if (decoder === undefined) {
            const read = heads.read(piece);
            if (read === undefined) return;
            used.push({ path: read.head.target, isFirst });
            isFirst = false;
            decoder = createBodyDecoder(read.head.body);
            rest = read.rest;
          }
          if (decoder.decode(rest, () => undefined) === undefined && !decoder.done) return;
          decoder = undefined;
          socket.write(ANSWER);
        });
      });
      const served = await ServedApp.start(app);
      try {
        for (const [index, { method, size, chunked }] of requests.entries()) {
          const headers = size === 0 ? {} : chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': size };
          await served.ask({ method, path: `/${index}`, headers, ...(size === 0 ? {} : { body: 'x'.repeat(size) }) });
        }
        for (const [index, { method, size, chunked }] of requests.entries()) {
          const isRepeatable = ['GET', 'PUT', 'DELETE'].includes(method) && (size === 0 || (!chunked && size <= 65_536));
          if (!isRepeatable) expect(used[index]).toEqual({ path: `/${index}`, isFirst: true });
        }
      } finally {
        await served.close();
      }
    }),
    { numRuns: 25 },
  );
});

/** Mulberry32: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
