import { deploy } from '../harness/deploy.js';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { interleaved, medianOf } from './frame/rounds.js';
import { UNHINDERED } from './peers/functions.js';
import { HELLO, startHello } from './peers/hello.js';
import { startNginx } from './peers/nginx.js';
import { runWrk } from './peers/wrk.js';

const SECONDS = 2;

export const name = 'latency';
export const reach = 'added over direct at 1 connection: p50 ≤ 0.15 ms, p99 ≤ 2 ms';
export const measures = `What gateway and worker add to the time of a warm request to a Node.js hello world, log stream on, over asking the same program
itself; nginx in between adds its own for comparison. At 32 connections the figure is the queue at the processors that all share.`;

export async function run(bench: Bench): Promise<readonly Row[]> {
  const wrk = bench.program('wrk');
  const direct = await startHello(bench);
  const nginx = await startNginx(bench, direct.url);
  await bench.platform();
  const deployed = await deploy(HELLO, UNHINDERED);
  bench.cleanup(() => deployed.remove());

  const rows: Row[] = [];
  for (const connections of [1, 32]) {
    const load = (url: string) => () => runWrk(wrk, url, { connections, seconds: SECONDS });
    await load(deployed.url)();
    const rounds = await interleaved({ direct: load(direct.url), nginx: load(nginx.url), through: load(deployed.url) });
    for (const [quantile, key, most] of [['p50', 'p50Ms', 0.15], ['p99', 'p99Ms', 2]] as const) {
      const added = medianOf(rounds, ({ through, direct: alone }) => through[key] - alone[key]);
      const byNginx = medianOf(rounds, ({ nginx: proxied, direct: alone }) => proxied[key] - alone[key]);
      const alone = medianOf(rounds, (round) => round.direct[key]);
      rows.push({
        what: `added ${quantile}, ${connections === 1 ? '1 connection' : `${connections} connections`}`,
        measured: `${added.toFixed(3)} ms (nginx ${byNginx.toFixed(3)} ms; direct ${alone.toFixed(3)} ms)`,
        ...(connections === 1 ? { reach: `≤ ${most} ms`, met: added <= most } : {}),
      });
    }
  }
  return rows;
}
