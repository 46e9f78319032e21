import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageFile } from '@windlass/function-package';
import type { Bench } from '../frame/bench.js';
import { firstAnswerMs } from './first-answer.js';
import { freePort } from './free-port.js';
import type { Peer } from './nginx.js';

const source = (port: number): string =>
  `import http from 'node:http';\nhttp.createServer((_, response) => response.setHeader('content-length', 12).end('hello world\\n')).listen(${port}, '127.0.0.1');\n`;

/** A hello world on Node's own server, as a function. */
export const HELLO: readonly PackageFile[] = [
  { name: 'bootstrap', content: '#!/bin/sh\nexec node server.mjs\n', executable: true },
  { name: 'server.mjs', content: source(8000) },
];

/** The same program started bare, without the platform; resolves at once. */
export async function spawnHello(bench: Bench): Promise<Peer> {
  const port = await freePort();
  const file = join(bench.folder(), 'server.mjs');
  writeFileSync(file, source(port));
  const child = spawn(process.execPath, [file], { stdio: 'ignore' });
  bench.cleanup(() => void child.kill('SIGKILL'));
  return { url: `http://127.0.0.1:${port}/`, pid: child.pid as number };
}

/** The same, answering. */
export async function startHello(bench: Bench): Promise<Peer> {
  const peer = await spawnHello(bench);
  await firstAnswerMs(peer.url);
  return peer;
}
