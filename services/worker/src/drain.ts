import { setTimeout as wait } from 'node:timers/promises';
import type { ExchangeServer } from './data-path/index.js';
import type { FunctionPools } from './pool/index.js';

const LOOK_EVERY_MS = 20;

/** The first part of stopping: no new work, and a bounded time for what runs. */
export async function drain(data: ExchangeServer | undefined, pools: FunctionPools, boundMs: number): Promise<void> {
  data?.refuseNew();
  pools.refuseNew();
  const deadline = performance.now() + boundMs;
  while (pools.busy && performance.now() < deadline) await wait(LOOK_EVERY_MS);
}
