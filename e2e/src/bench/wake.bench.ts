import { deploy } from '../harness/deploy.js';
import { Client, type Answer } from '../harness/load.js';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { median } from './frame/rounds.js';
import { FROZEN_AFTER_MS, RESTING, wasFrozen } from '../harness/probe-functions.js';

const FUNCTIONS = 20;
const ROUNDS = 5;
const WARM = 5;

export const name = 'wake';
export const reach = 'the answer of a frozen instance ≤ 5 ms later than that of a warm one';
export const measures = `Time from a request to its answer when the instance is frozen, minus the median of the ${WARM} requests after it, over one kept connection for
each of ${FUNCTIONS} functions (a Node.js hello world), ${ROUNDS} times each. That it was frozen is told by its own clock, which stood still.`;

export async function run(bench: Bench): Promise<readonly Row[]> {
  await bench.platform();
  const clients: Client[] = [];
  for (let count = 0; count < FUNCTIONS; count += 1) {
    const deployed = await deploy(RESTING, { path: '/', memoryMb: 256 });
    const client = new Client(deployed.url);
    bench.cleanup(() => (client.close(), deployed.remove()));
    await answered(client);
    clients.push(client);
  }
  const added: number[] = [];
  const warm: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, FROZEN_AFTER_MS));
    for (const client of clients) {
      const woken = await answered(client);
      if (!wasFrozen(woken.headers)) throw new Error(`an instance that was to be frozen was not: it stood still for ${String(woken.headers['x-still-ms'])} ms`);
      const after: number[] = [];
      for (let nth = 0; nth < WARM; nth += 1) after.push((await answered(client)).tookMs);
      warm.push(median(after));
      added.push(woken.tookMs - median(after));
    }
  }
  added.sort((a, b) => a - b);
  const at = (part: number): number => added[Math.floor(added.length * part)] ?? Number.NaN;
  return [
    { what: 'added by waking, median', measured: `${at(0.5).toFixed(2)} ms (warm ${median(warm).toFixed(2)} ms)`, reach: '≤ 5 ms', met: at(0.5) <= 5 },
    { what: `added by waking, 95 of 100`, measured: `${at(0.95).toFixed(2)} ms`, reach: '≤ 5 ms', met: at(0.95) <= 5 },
  ];
}

async function answered(client: Client): Promise<Answer> {
  const answer = await client.ask();
  if (answer.status !== 200) throw new Error(`a request failed: ${answer.status} ${answer.body}`);
  return answer;
}
