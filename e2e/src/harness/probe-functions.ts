import type { PackageFile } from '@windlass/function-package';
import { nodeFunction } from './deploy.js';

/** From the last request to the freeze, and for the freeze itself: a worker's default and some more. */
export const FROZEN_AFTER_MS = 6_500;

const SOURCE = `import http from 'node:http';
let last = performance.now();
let longest = 0;
const tick = () => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
};
setInterval(tick, 100);
http.createServer((request, response) => {
  tick();
  response.setHeader('x-still-ms', longest.toFixed(0)).setHeader('content-length', 12);
  longest = 0;
  const hold = Number(new URL(request.url, 'http://x').searchParams.get('hold') ?? 0);
  if (hold > 0) setTimeout(() => response.end('hello world\\n'), hold);
  else response.end('hello world\\n');
}).listen(8000, '127.0.0.1');
`;

/** Its clock ticks; an answer tells for how long it stood still since the one before, which is how a frozen instance is known. */
export const RESTING: readonly PackageFile[] = [
  { name: 'bootstrap', content: '#!/bin/sh\nexec node server.mjs\n', executable: true },
  { name: 'server.mjs', content: SOURCE },
];

const STOOD_STILL_MS = 500;

/** Whether an answer of the function comes from an instance that was frozen before. */
export function wasFrozen(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  return Number(headers['x-still-ms'] ?? 0) > STOOD_STILL_MS;
}

/** Answers after a moment, so that there are requests under way whatever happens; the mark stands in its command line. */
export function steady(mark: string): readonly PackageFile[] {
  return [
    { name: 'bootstrap', content: `#!/bin/sh\nexec node server.mjs ${mark}\n`, executable: true },
    ...nodeFunction(`http.createServer((request, response) => {
  request.resume().on('end', () => setTimeout(() => response.end('${mark}'), 10));
}).listen(8000, '127.0.0.1');`).filter(({ name }) => name !== 'bootstrap'),
  ];
}
