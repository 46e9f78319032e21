import { setTimeout as delay } from 'node:timers/promises';
import { StaleStreams } from './number-batches.js';

const DEADLOCK = '40P01';
const MOST_ATTEMPTS = 10;

/** Tries again while other processes write to the same streams; `again` says of further errors whether to. */
export async function retryStale<T>(attempt: () => Promise<T>, again: (error: unknown) => boolean = () => false): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      const isPassing = error instanceof StaleStreams || (error as { code?: string }).code === DEADLOCK || again(error);
      if (!isPassing || attempts === MOST_ATTEMPTS) throw error;
      // Two processes that write to the same stream would otherwise meet again.
      await delay(Math.random() * 5 * 2 ** attempts);
    }
  }
}
