import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { streamWhileTaken } from './stream-while-taken.js';

describe('a body that is asked for as it is taken', () => {
  it('breaks off when nobody takes it, and lets go of what it is made from', async () => {
    let letGo = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) yield 'x'.repeat(100);
      } finally {
        letGo = true;
      }
    }
    const body = streamWhileTaken(endless(), 20);
    const closed = new Promise((resolve) => body.once('close', resolve));
    body.once('error', () => undefined);
    await once(body, 'readable');
    await closed;
    expect(body.errored?.message).toBe('The client has taken nothing for 20 ms.');
    expect(letGo).toBe(true);
  });

  it('waits for the next text for as long as that takes', async () => {
    async function* slow(): AsyncGenerator<string> {
      yield 'a';
      await delay(1_500);
      yield 'b';
    }
    // Far shorter than the wait between them, and far longer than it takes to hand one over.
    expect(await text(streamWhileTaken(slow(), 1_000))).toBe('ab');
  });
});
