import { randomBytes } from 'node:crypto';
import { totalmem } from 'node:os';
import { deploy, redeploy, type Deployed } from '../harness/deploy.js';
import { Client, Load } from '../harness/load.js';
import { processesWith } from '../harness/marked-processes.js';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { FROZEN_AFTER_MS, RESTING, steady, wasFrozen } from '../harness/probe-functions.js';

const WAKES = 1_000;
const DEPLOYS = 20;
const KILLS = 20;
const CONNECTIONS = 16;
const BETWEEN = 200;
const INSTANCE_MB = 128;
/** Long enough for each of the requests of one round to need an instance of its own. */
const HELD_MS = 1_000;
const MOST_ROUNDS = 60;

export const name = 'resilience';
export const reach = `no failed request in ${WAKES} wakes, in ${DEPLOYS} deploys under load, in ${KILLS} kill -9 of instances under load`;
export const measures = `Requests through the gateway's public address that were not answered 200: when ${WAKES} frozen instances of one function are woken, many at
once; while ${CONNECTIONS} connections send without a pause (GET and POST) and the function's code is replaced ${DEPLOYS} times; and while they send GET and a process of the
function is killed ${KILLS} times. The client sends nothing twice.`;

interface Tally {
  readonly requests: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

export async function run(bench: Bench): Promise<readonly Row[]> {
  await bench.platform();
  const row = (what: string, { requests, failed, failures }: Tally): Row => {
    for (const failure of failures) console.log(`  ${what}: ${failure}`);
    return { what, measured: `${failed} of ${requests}`, reach: '0', met: failed === 0 };
  };
  return [
    row(`failed requests in ${WAKES} wakes`, await wakes(bench)),
    row(`failed requests in ${DEPLOYS} deploys under load`, await deploys(bench)),
    row(`failed requests in ${KILLS} kills under load`, await kills(bench)),
  ];
}

async function wakes(bench: Bench): Promise<Tally> {
  const instances = Math.min(100, Math.floor((totalmem() / 1024 ** 2 / 4) / INSTANCE_MB));
  const deployed = await deploy(RESTING, { path: '/', concurrency: 1, memoryMb: INSTANCE_MB, timeoutSeconds: 30 });
  const client = new Client(deployed.url);
  bench.cleanup(() => (client.close(), deployed.remove()));
  const all = () => Promise.all(Array.from({ length: instances }, () => client.ask(`?hold=${HELD_MS}`)));
  let [requests, woken] = [0, 0];
  const failures: string[] = [];
  for (let round = 0; round < MOST_ROUNDS && woken < WAKES; round += 1) {
    const answers = await all();
    requests += answers.length;
    woken += answers.filter(({ headers }) => wasFrozen(headers)).length;
    failures.push(...answers.filter(({ status }) => status !== 200).map(({ status, body }) => `${status} ${body}`));
    await new Promise((resolve) => setTimeout(resolve, FROZEN_AFTER_MS));
  }
  if (woken < WAKES) throw new Error(`only ${woken} instances were woken in ${MOST_ROUNDS} rounds`);
  return { requests, failed: failures.length, failures: failures.slice(0, 5) };
}

async function deploys(bench: Bench): Promise<Tally> {
  const deployed = await deploySteady(bench, 'deploys-0');
  const load = new Load(deployed.url, CONNECTIONS, (client, nth) => client.ask('', nth % 4 === 0 ? 'POST' : 'GET'));
  try {
    for (let nth = 1; nth <= DEPLOYS; nth += 1) {
      await load.more(BETWEEN);
      await redeploy(deployed, steady(`deploys-${nth}`));
    }
    await load.more(BETWEEN);
  } finally {
    await load.stop();
  }
  return { requests: load.answered, failed: load.failed, failures: load.failures };
}

async function kills(bench: Bench): Promise<Tally> {
  const mark = `kills-${randomBytes(6).toString('hex')}`;
  const deployed = await deploySteady(bench, mark);
  const load = new Load(deployed.url, CONNECTIONS);
  try {
    for (let nth = 0; nth < KILLS; nth += 1) {
      await load.more(BETWEEN);
      const running = processesWith(mark);
      if (running.length === 0) throw new Error('no instance runs');
      process.kill(running[nth % running.length] as number, 'SIGKILL');
    }
    await load.more(BETWEEN);
  } finally {
    await load.stop();
  }
  return { requests: load.answered, failed: load.failed, failures: load.failures };
}

async function deploySteady(bench: Bench, mark: string): Promise<Deployed> {
  const deployed = await deploy(steady(mark), { path: '/', concurrency: 4, memoryMb: 256 });
  bench.cleanup(() => deployed.remove());
  return deployed;
}
