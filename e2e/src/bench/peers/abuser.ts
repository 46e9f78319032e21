import { nodeFunction } from '../../harness/deploy.js';

/** How long a slow request takes. */
export const SLOW_MS = 1_000;

/**
 * The path names what it does for the milliseconds of its query, over and over: the bombs begin anew when they have hit their limit. The
 * answer comes when it is over, if the instance lives to give it.
 */
export const ABUSER = nodeFunction(`
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
const turn = () => new Promise((resolve) => setImmediate(resolve));
const abuses = {
  async fork(until) {
    while (Date.now() < until) {
      spawnSync('/bin/sh', ['-c', 'n=0; while [ $n -lt 3000 ]; do sleep 1000 & n=$((n + 1)); done'], { stdio: 'ignore', timeout: Math.max(1, until - Date.now()) });
      spawnSync('/bin/sh', ['-c', 'trap "" TERM; kill -TERM -1'], { stdio: 'ignore' });
      await turn();
    }
  },
  async memory(until) {
    const kept = [];
    while (Date.now() < until) {
      kept.push(Buffer.alloc(4 << 20, 1));
      await turn();
    }
  },
  async disk(until) {
    const piece = Buffer.alloc(1 << 20, 1);
    while (Date.now() < until) {
      const file = openSync('/tmp/fill', 'w');
      try {
        while (Date.now() < until) writeSync(file, piece);
      } catch {}
      closeSync(file);
      rmSync('/tmp/fill');
      await turn();
    }
  },
  async log(until) {
    const lines = ('x'.repeat(99) + '\\n').repeat(600);
    while (Date.now() < until) {
      writeSync(1, lines);
      await turn();
    }
  },
  async spin(until) {
    const seconds = String((until - Date.now()) / 1000);
    const spinners = Array.from({ length: 4 }, () => spawn('timeout', [seconds, 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' }));
    await Promise.all(spinners.map((spinner) => new Promise((resolve) => spinner.on('exit', resolve))));
  },
  slow: (until) => new Promise((resolve) => setTimeout(resolve, until - Date.now())),
};
process.on('SIGTERM', () => undefined);
http.createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://x');
  await abuses[pathname.split('/').at(-1)]?.(Date.now() + Number(searchParams.get('ms')));
  response.end('done');
}).listen(8000, '127.0.0.1');`);
