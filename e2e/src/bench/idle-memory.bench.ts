import { readlinkSync } from 'node:fs';
import { deploy } from '../harness/deploy.js';
import { type Bench, descendants } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { answered, HOLDING, holdInstances } from './peers/held-instances.js';
import { privateKib } from './peers/process-figures.js';

const INSTANCES = 30;

export const name = 'idle-memory';
export const reach = '≤ 1 MB of the platform for each idle instance, beyond the function\'s own process';
export const measures = `Memory that is not shared with anybody, of the data-plane process and of what it runs around each instance (the sandbox program), with
${INSTANCES} idle instances of one function and with one; the difference for each instance. The function's own processes are left out.`;

export async function run(bench: Bench): Promise<readonly Row[]> {
  await bench.platform();
  const dataPlane = await bench.planePid('data-plane');
  const deployed = await deploy(HOLDING, { path: '/', concurrency: 1, memoryMb: 128 });
  bench.cleanup(() => deployed.remove());
  await answered(deployed.url);
  const before = measure(dataPlane);
  await holdInstances(deployed.url, INSTANCES);
  const after = measure(dataPlane);
  const started = after.sandboxes - before.sandboxes;
  if (started < INSTANCES / 2) throw new Error(`only ${started} processes of sandboxes were started for ${INSTANCES} instances`);
  const perInstance = (key: 'planeKib' | 'sandboxKib'): number => (after[key] - before[key]) / (INSTANCES - 1) / 1024;
  const whole = perInstance('planeKib') + perInstance('sandboxKib');
  return [
    {
      what: 'platform memory for an idle instance',
      measured: `${whole.toFixed(2)} MB (data plane ${perInstance('planeKib').toFixed(2)}, sandbox ${perInstance('sandboxKib').toFixed(2)})`,
      reach: '≤ 1 MB',
      met: whole <= 1,
    },
  ];
}

function measure(dataPlane: number): { readonly planeKib: number; readonly sandboxKib: number; readonly sandboxes: number } {
  const sandboxes = descendants(dataPlane).filter((pid) => programOf(pid).endsWith('/bwrap'));
  return { planeKib: privateKib(dataPlane), sandboxKib: sandboxes.reduce((sum, pid) => sum + privateKib(pid), 0), sandboxes: sandboxes.length };
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return ''; // The process has ended meanwhile.
  }
}
