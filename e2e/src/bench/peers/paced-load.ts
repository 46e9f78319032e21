import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Client } from '../../harness/load.js';

/** Requests sent at fixed times, whatever became of those before: a slow answer does not make the load lighter. */
export interface Pace {
  readonly perSecond: number;
  readonly seconds: number;
}

export interface PacedFigures {
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Measured in a process of its own, so that nothing else that is done meanwhile delays its clock. */
export async function runPaced(url: string, pace: Pace): Promise<PacedFigures> {
  const child = fork(import.meta.filename, [url, JSON.stringify(pace)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the load ended without figures')));
  const [figures] = (await Promise.race([once(child, 'message'), ended])) as [PacedFigures];
  ended.catch(() => undefined);
  return figures;
}

if (process.argv[1] === import.meta.filename && process.argv[2] !== undefined) {
  process.send?.(await send(process.argv[2], JSON.parse(process.argv[3] ?? '') as Pace));
  process.exit();
}

async function send(url: string, { perSecond, seconds }: Pace): Promise<PacedFigures> {
  const client = new Client(url);
  // Connections and code are warm before it counts.
  await Promise.all(Array.from({ length: 8 }, () => client.ask()));
  const total = perSecond * seconds;
  const from = performance.now();
  const sent: Promise<{ readonly ok: boolean; readonly ms: number }>[] = [];
  while (sent.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - from) * perSecond) / 1_000) + 1);
    // Late timers of this process are no delay of the platform: it counts from the sending.
    while (sent.length < due) sent.push(client.ask().then(({ status, tookMs }) => ({ ok: status === 200, ms: tookMs })));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const answers = await Promise.all(sent);
  client.close();
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return { requests: answers.length, failed: answers.filter(({ ok }) => !ok).length, p50Ms: at(0.5), p99Ms: at(0.99) };
}
