import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPlace, startPlatform } from '../harness/platform.js';
import { firstAnswerMs, median, requestsPerSecond } from './load.js';

const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = [1, 32];
const COLD_STARTS = 9;
const server = (port: string): string =>
  `import http from 'node:http';\nhttp.createServer((_, response) => response.setHeader('content-length', 12).end('hello world\\n')).listen(${port}, '127.0.0.1');\n`;

// Every figure is a ratio of two sides measured in turns in one run: the same server process behind the platform, and
// without it. Absolute numbers are printed for orientation; on a shared machine they mean little.
const place = await newPlace();
const platform = await startPlatform(place);
process.env.WINDLASS_E2E_CREDENTIALS = JSON.stringify(platform.credentials);
const { deploy, uniqueName } = await import('../harness/deploy.js');
const { benchAuthorization } = await import('./authorization.js');
const folder = mkdtempSync(join(tmpdir(), 'windlass-bench-'));
try {
  await warmThroughput();
  await coldStart();
  await benchAuthorization();
} finally {
  await platform.stop();
  place.remove();
  rmSync(folder, { recursive: true, force: true });
}

async function warmThroughput(): Promise<void> {
  const files = [
    { name: 'bootstrap', content: '#!/bin/sh\nexec node server.mjs\n', executable: true },
    { name: 'server.mjs', content: server('8000') },
  ];
  const deployed = await deploy(files, { path: '/', concurrency: 64, memoryMb: 256 });
  const direct = startDirect();
  await firstAnswerMs(deployed.url, performance.now());
  await firstAnswerMs(direct.url, performance.now());
  for (const connections of CONNECTIONS) {
    const rounds: { without: number; through: number; ratio: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const without = await requestsPerSecond(direct.url, connections, SECONDS);
      const through = await requestsPerSecond(deployed.url, connections, SECONDS);
      rounds.push({ without, through, ratio: through / without });
    }
    const figure = (key: 'without' | 'through' | 'ratio'): number => median(rounds.map((each) => each[key]));
    console.log(`warm, ${connections} connections: ${figure('ratio').toFixed(2)} of direct (${figure('through').toFixed(0)} of ${figure('without').toFixed(0)} requests/s)`);
  }
  direct.stop();
}

async function coldStart(): Promise<void> {
  const without: number[] = [];
  const through: number[] = [];
  for (let round = 0; round < COLD_STARTS; round += 1) {
    const from = performance.now();
    const direct = startDirect();
    without.push(await firstAnswerMs(direct.url, from));
    direct.stop();
    const files = [
      { name: 'bootstrap', content: '#!/bin/sh\nexec node server.mjs\n', executable: true },
      { name: 'server.mjs', content: server('8000') },
    ];
    const deployed = await deploy(files, { path: `/${uniqueName('cold')}` });
    through.push(await firstAnswerMs(deployed.url, performance.now()));
    await deployed.remove();
  }
  const [first, second] = [median(through), median(without)];
  console.log(`cold start to the first answer: ${(first / second).toFixed(2)} of starting the process by hand (${first.toFixed(0)} ms, ${second.toFixed(0)} ms)`);
}

function startDirect(): { url: string; stop(): void } {
  const port = String(20_000 + Math.floor(Math.random() * 10_000));
  const file = join(folder, `server-${port}.mjs`);
  writeFileSync(file, server(port));
  const child = spawn(process.execPath, [file], { stdio: 'ignore' });
  return { url: `http://127.0.0.1:${port}/`, stop: () => void child.kill() };
}
