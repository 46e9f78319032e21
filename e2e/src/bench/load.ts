import { connect, type Socket } from 'node:net';

/**
 * Sends requests over `connections` keep-alive connections, one at a time on each, for `seconds`, and counts the answers.
 * Answers must carry Content-Length. Small on purpose: the same client stands on both sides of a ratio.
 */
export async function requestsPerSecond(url: string, connections: number, seconds: number): Promise<number> {
  const { hostname, port, pathname, host } = new URL(url);
  const request = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const until = performance.now() + seconds * 1000;
  const started = performance.now();
  const counts = await Promise.all(Array.from({ length: connections }, () => askUntil(connect(Number(port), hostname), request, until)));
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - started) / 1000);
}

function askUntil(socket: Socket, request: string, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0;
    let received = '';
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => resolve(count));
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const end = received.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(received)?.[1];
      if (length === undefined || !received.startsWith('HTTP/1.1 200')) return void socket.destroy(new Error(`not the answer that was expected: ${received.slice(0, 200)}`));
      if (received.length < end + 4 + Number(length)) return;
      received = '';
      count += 1;
      if (performance.now() < until) socket.write(request);
      else socket.end();
    });
  });
}

/** Milliseconds until the first 200 answer; asks again at once when nobody listens yet. */
export async function firstAnswerMs(url: string, from: number): Promise<number> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const status = await fetch(url).then(
      async (response) => (await response.arrayBuffer(), response.status),
      () => 0,
    );
    if (status === 200) return performance.now() - from;
    if (performance.now() > deadline) throw new Error(`${url} still answers ${status}`);
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
