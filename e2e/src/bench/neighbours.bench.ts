import { setQuotas, signUp } from '../harness/accounts.js';
import { deploy } from '../harness/deploy.js';
import { Client } from '../harness/load.js';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { interleaved, medianOf } from './frame/rounds.js';
import { ABUSER, SLOW_MS } from './peers/abuser.js';
import { HELLO } from './peers/hello.js';
import { runPaced, type PacedFigures } from './peers/paced-load.js';
import { runWrkAnyhow } from './peers/wrk.js';

/** Seven sides take their time: more rounds would take too long. */
const ROUNDS = 3;
const PACE = { perSecond: 250, seconds: 4 };
const LASTS_MS = PACE.seconds * 1_000 + 300;
/** Abusive requests at once: several instances of its function. */
const ABUSERS = 3;
const SLOW_REQUESTS = 10_000;
/** What is left of an abuse, its processes and its log lines, is gone before the next side begins. */
const SETTLE_MS = 700;
const MOST_MORE = 1.2;

export const name = 'neighbours';
export const reach = "a tenant's p99 within 20 % of alone, and none of its requests failed, whatever another tenant does";
export const measures = `Tenant B's function (a Node.js hello world) is asked ${PACE.perSecond} times a second, at fixed times, for ${PACE.seconds} s: alone, and while ${ABUSERS} instances of tenant A's function do
each of the abuses, over and over (the slow requests are ${SLOW_REQUESTS} over all rounds, ${SLOW_MS / 1_000} s each). The sides in turns, the ratio of p99 within each round, the
median of ${ROUNDS} rounds.`;

type Side = 'alone' | 'fork' | 'memory' | 'disk' | 'log' | 'spin' | 'slow';
const NAMES: Readonly<Record<Exclude<Side, 'alone'>, string>> = {
  fork: 'fork bomb',
  memory: 'memory bomb',
  disk: 'disk fill',
  log: 'log flood',
  spin: 'processor spin',
  slow: `${SLOW_REQUESTS} slow requests`,
};

export async function run(bench: Bench): Promise<readonly Row[]> {
  const wrk = bench.program('wrk');
  await bench.platform();
  const a = await signUp('abuser');
  await setQuotas(a, { fgs_func_qos_limit: 2_000 }); // Its slow requests are to run, not to be refused.
  const abuser = await deploy(ABUSER, { path: '/', concurrency: 1, memoryMb: 128, timeoutSeconds: 30, tenant: a });
  const sleeper = await deploy(ABUSER, { path: '/', concurrency: 100, memoryMb: 256, timeoutSeconds: 30, tenant: a });
  const victim = await deploy(HELLO, { path: '/', concurrency: 100, memoryMb: 256 });
  const client = new Client(abuser.url);
  bench.cleanup(() => (client.close(), Promise.all([abuser.remove(), sleeper.remove(), victim.remove()])));
  await Promise.all(Array.from({ length: ABUSERS }, () => client.ask('?ms=0')));

  const measure = () => runPaced(victim.url, PACE);
  const beside = (abuse: () => Promise<unknown>) => async (): Promise<PacedFigures> => {
    const over = abuse();
    const figures = await measure();
    await over;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return figures;
  };
  /** What ends an instance ends its request: another one begins where it ended. */
  const again = async (path: string): Promise<void> => {
    const until = performance.now() + LASTS_MS;
    for (let left = LASTS_MS; left > 200; left = until - performance.now()) {
      const { tookMs } = await client.ask(`${path}?ms=${Math.round(left)}`);
      if (tookMs < 50) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const many = (path: string) => beside(() => Promise.all(Array.from({ length: ABUSERS }, () => again(path))));
  const connections = Math.ceil(SLOW_REQUESTS / ROUNDS / (LASTS_MS / SLOW_MS));
  const sleep = () => runWrkAnyhow(wrk, `${sleeper.url.replace(/\/$/, '')}/slow?ms=${SLOW_MS}`, { connections, seconds: Math.ceil(LASTS_MS / 1_000) });
  await sleep(); // Its instances are there before it counts.

  const rounds = await interleaved<Side, PacedFigures>({
    alone: measure,
    ...{ fork: many('fork'), memory: many('memory'), disk: many('disk'), log: many('log'), spin: many('spin'), slow: beside(sleep) },
  }, ROUNDS);
  const alone = medianOf(rounds, (round) => round.alone.p99Ms);
  const worst = Math.max(...rounds.map((round) => round.alone.p99Ms)) / Math.min(...rounds.map((round) => round.alone.p99Ms));
  return [
    { what: 'alone', measured: `p99 ${alone.toFixed(2)} ms, p50 ${medianOf(rounds, (round) => round.alone.p50Ms).toFixed(2)} ms; p99 of its slowest round is ${worst.toFixed(2)} of its fastest` },
    ...Object.entries(NAMES).map(([side, what]): Row => {
      const figures = rounds.map((round) => round[side as Side]);
      const ratio = medianOf(rounds, (round) => round[side as Side].p99Ms / round.alone.p99Ms);
      const failed = figures.reduce((sum, round) => sum + round.failed, 0);
      const p99 = medianOf(figures, (round) => round.p99Ms);
      const p50 = medianOf(figures, (round) => round.p50Ms);
      return {
        what: `while the other runs a ${what}`.replace('a 10000', '10,000'),
        measured: `p99 ${ratio.toFixed(2)} of alone (${p99.toFixed(2)} ms, p50 ${p50.toFixed(2)} ms), ${failed} of ${figures.reduce((sum, round) => sum + round.requests, 0)} failed`,
        reach: `≤ ${MOST_MORE}, 0 failed`,
        met: ratio <= MOST_MORE && failed === 0,
      };
    }),
  ];
}
