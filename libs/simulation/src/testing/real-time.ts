import { setTimeout as delay } from 'node:timers/promises';
import type { Scheduler } from '../scheduler.js';

/** Simulated milliseconds in a real one. */
const SPEED = 20;

/** Lets simulated time go by steadily, for code that lives in both: the contract's tests. Answers how to stop. */
export function runInRealTime(scheduler: Scheduler): () => Promise<void> {
  const began = performance.now() * SPEED;
  let stopped = false;
  const running = (async () => {
    while (!stopped) if (!(await scheduler.step(performance.now() * SPEED - began))) await delay(1);
  })();
  return async () => {
    stopped = true;
    await running;
  };
}
