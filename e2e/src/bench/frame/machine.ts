import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** The machine's shape in one line: figures mean nothing without it. */
export function describeMachine(): string {
  const model = (cpus()[0]?.model ?? 'unknown processor').replace(/\((R|TM)\)/g, '').replace(/\s+/g, ' ').trim();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${availableParallelism()} cores (${model}), ${memory} GiB, Linux ${release().split('-')[0] ?? ''}, Node.js ${process.versions.node}, ${isVirtual() ? 'virtual machine' : 'no virtual machine'}`;
}

function isVirtual(): boolean {
  return /^flags\s*:.*\bhypervisor\b/m.test(execFileSync('cat', ['/proc/cpuinfo'], { encoding: 'utf8' }));
}
