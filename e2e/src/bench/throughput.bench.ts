import { deploy } from '../harness/deploy.js';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { interleaved, medianOf } from './frame/rounds.js';
import { UNHINDERED, withoutLogs } from './peers/functions.js';
import { HELLO, startHello } from './peers/hello.js';
import { startNginx } from './peers/nginx.js';
import { cpuMicroseconds } from './peers/process-figures.js';
import { runWrk } from './peers/wrk.js';

const LOAD = { connections: 32, seconds: 3 };
/** What a request leaves behind, its log lines and its fact, is shipped within a second and belongs to its cost. */
const SETTLE_MS = 1_500;

export const name = 'throughput';
export const reach = 'at 32 connections ≥ 0.8 of nginx (aim 1.0); gateway and worker ≤ 40 µs of processor time a request';
export const measures = `Warm requests to a Node.js hello world at 32 connections: through gateway and worker, with and without the function's log stream;
through nginx (one worker process) to the same program; and to the program itself. The processor time is that of the whole
data-plane process (user and system), divided by the requests. The function has so much memory that the processor time which comes with it
is no limit, as it is none for the bare program. Of more than 1,000 requests a second its log tells only that they were.`;

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SETTLE_MS));

interface Figures {
  readonly requestsPerSecond: number;
  readonly cpuUs: number;
}

export async function run(bench: Bench): Promise<readonly Row[]> {
  const wrk = bench.program('wrk');
  const direct = await startHello(bench);
  const nginx = await startNginx(bench, direct.url);
  await bench.platform();
  const dataPlane = await bench.planePid('data-plane');
  const logged = await deploy(HELLO, UNHINDERED);
  const silent = await deploy(HELLO, UNHINDERED);
  await withoutLogs(silent.urn);
  bench.cleanup(() => Promise.all([logged.remove(), silent.remove()]));

  const load = (url: string, pid: number) => async (): Promise<Figures> => {
    await runWrk(wrk, url, { ...LOAD, seconds: 1 });
    await settled();
    const before = cpuMicroseconds(pid);
    const { requestsPerSecond, requests } = await runWrk(wrk, url, LOAD);
    await settled();
    return { requestsPerSecond, cpuUs: (cpuMicroseconds(pid) - before) / requests };
  };
  const rounds = await interleaved({
    direct: load(direct.url, direct.pid),
    nginx: load(nginx.url, nginx.pid),
    logged: load(logged.url, dataPlane),
    silent: load(silent.url, dataPlane),
  });

  const speed = (side: keyof (typeof rounds)[0]): string => medianOf(rounds, (round) => round[side].requestsPerSecond).toFixed(0);
  const ofNginx = (side: 'logged' | 'silent' | 'direct'): number => medianOf(rounds, (round) => round[side].requestsPerSecond / round.nginx.requestsPerSecond);
  const cpu = (side: keyof (typeof rounds)[0]): number => medianOf(rounds, (round) => round[side].cpuUs);
  const throughputRow = (what: string, side: 'logged' | 'silent'): Row => ({
    what,
    measured: `${ofNginx(side).toFixed(2)} (${speed(side)} of ${speed('nginx')} requests/s)`,
    reach: '≥ 0.8',
    met: ofNginx(side) >= 0.8,
  });
  const cpuRow = (what: string, side: 'logged' | 'silent'): Row => ({ what, measured: `${cpu(side).toFixed(0)} µs`, reach: '≤ 40 µs', met: cpu(side) <= 40 });
  return [
    throughputRow('requests/s against nginx, log stream off', 'silent'),
    throughputRow('requests/s against nginx, log stream on', 'logged'),
    cpuRow('processor time a request, log stream off', 'silent'),
    cpuRow('processor time a request, log stream on', 'logged'),
    { what: 'the same of nginx', measured: `${cpu('nginx').toFixed(0)} µs` },
    { what: 'the program itself', measured: `${speed('direct')} requests/s, ${cpu('direct').toFixed(0)} µs of its own a request` },
  ];
}
