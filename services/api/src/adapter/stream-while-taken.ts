import { Readable } from 'node:stream';

/**
 * Texts as a body, asked for only as they are taken. It breaks off when one is not taken within the time: a connection that nobody reads would be
 * held for ever. Waiting for the next text is nobody's fault, and takes as long as it takes.
 */
export function streamWhileTaken(texts: AsyncIterable<string>, withinMs: number): Readable {
  const giveUp = (): void => void body.destroy(new Error(`The client has taken nothing for ${withinMs} ms.`));
  const body = Readable.from(watched(texts, withinMs, giveUp), { objectMode: false, highWaterMark: 1 });
  return body;
}

async function* watched(texts: AsyncIterable<string>, withinMs: number, giveUp: () => void): AsyncGenerator<string> {
  for await (const text of texts) {
    const timer = setTimeout(giveUp, withinMs);
    try {
      yield text;
    } finally {
      clearTimeout(timer);
    }
  }
}
