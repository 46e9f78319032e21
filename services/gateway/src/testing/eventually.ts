import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 20_000;

/** Repeats a check until it holds; fails with its last complaint when it never does. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(10);
    }
  }
}
