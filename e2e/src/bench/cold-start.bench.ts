import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { deploy } from '../harness/deploy.js';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { interleaved, medianOf } from './frame/rounds.js';
import { freePort } from './peers/free-port.js';
import { answered, HOLDING, holdInstances } from './peers/held-instances.js';

const STARTS = 9;
/** How long the held requests are given to reach their instances. */
const HELD_MS = 100;

export const name = 'cold-start';
export const reach = '≤ 10 ms more than starting the same bootstrap bare';
export const measures = `Time from a request to its answer when it has to wait for another instance of a function whose code is there already, and from
starting the same \`bootstrap\` (a Node.js hello world) by hand to the answer of its first request, which is sent as soon as the port is
open. Median of ${STARTS} starts of each, in turns.`;

export async function run(bench: Bench): Promise<readonly Row[]> {
  await bench.platform();
  const folder = bench.folder();
  for (const { name: file, content } of HOLDING) writeFileSync(join(folder, file), content);
  chmodSync(join(folder, 'bootstrap'), 0o755);
  const deployed = await deploy(HOLDING, { path: '/', concurrency: 1, memoryMb: 1024 });
  bench.cleanup(() => deployed.remove());
  await answered(deployed.url);

  let instances = 1;
  const cold = async (): Promise<number> => {
    const held = holdInstances(deployed.url, instances);
    await new Promise((resolve) => setTimeout(resolve, HELD_MS));
    const from = performance.now();
    await answered(deployed.url);
    const took = performance.now() - from;
    instances += 1;
    await held;
    return took;
  };
  const bare = async (): Promise<number> => {
    const port = await freePort();
    const from = performance.now();
    const child = spawn(join(folder, 'bootstrap'), [String(port)], { cwd: folder, stdio: 'ignore' });
    try {
      await opened(port);
      await answered(`http://127.0.0.1:${port}/`);
      return performance.now() - from;
    } finally {
      child.kill('SIGKILL');
    }
  };
  const rounds = await interleaved({ cold, bare }, STARTS);
  const added = medianOf(rounds, (round) => round.cold - round.bare);
  const [through, alone] = [medianOf(rounds, (round) => round.cold), medianOf(rounds, (round) => round.bare)];
  return [{ what: 'added to a start', measured: `${added.toFixed(1)} ms (${through.toFixed(1)} ms, bare ${alone.toFixed(1)} ms)`, reach: '≤ 10 ms', met: added <= 10 }];
}

/** Looks every millisecond, and not more often: the program that starts needs the processor. */
async function opened(port: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await accepts(port))) {
    if (performance.now() > deadline) throw new Error(`nothing listens on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}
