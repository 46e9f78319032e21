import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../frame/bench.js';
import { firstAnswerMs } from './first-answer.js';
import { freePort } from './free-port.js';

export interface Peer {
  readonly url: string;
  /** Process that does the work. */
  readonly pid: number;
}

/** nginx as a reverse proxy at its best: one worker, connections kept on both sides, no access log, nothing buffered. */
export async function startNginx(bench: Bench, upstream: string): Promise<Peer> {
  const program = bench.program('nginx');
  const folder = bench.folder();
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream app { server ${new URL(upstream).host}; keepalive 128; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
}
`,
  );
  const child = spawn(program, ['-p', folder, '-c', file], { stdio: 'ignore' });
  bench.cleanup(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}/`;
  await firstAnswerMs(url);
  return { url, pid: child.pid as number };
}
