import type { PackageFile } from '@windlass/function-package';

/** How long a request to /hold keeps its instance busy. */
export const HOLD_MS = 1_500;

const SOURCE = `import http from 'node:http';
http.createServer((request, response) => {
  const answer = () => response.setHeader('content-length', 12).end('hello world\\n');
  if (request.url.endsWith('/hold')) setTimeout(answer, ${HOLD_MS});
  else answer();
}).listen(Number(process.argv[2] ?? 8000), '127.0.0.1');
`;

/** Serves one request at a time an instance; a request to /hold keeps its instance, so that the next one needs another. */
export const HOLDING: readonly PackageFile[] = [
  { name: 'bootstrap', content: '#!/bin/sh\nexec node server.mjs "$@"\n', executable: true },
  { name: 'server.mjs', content: SOURCE },
];

/** Keeps `count` instances busy at once; resolves when all have answered. */
export async function holdInstances(url: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => answered(`${url.replace(/\/$/, '')}/hold`)));
}

export async function answered(url: string): Promise<void> {
  const response = await fetch(url);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
}
