import type { LinePage, LogLine, PageRequest } from './log-store.js';

/** The first page of a scan. */
export async function takePage(scan: AsyncGenerator<readonly LogLine[], boolean>, { limit, characters = Infinity }: Pick<PageRequest, 'limit' | 'characters'>): Promise<LinePage> {
  const lines: LogLine[] = [];
  let taken = 0;
  for (let next = await scan.next(); ; next = await scan.next()) {
    if (next.done) return { lines, complete: next.value };
    for (const line of next.value) {
      if (lines.length > 0 && taken + line.content.length > characters) return { lines, complete: false };
      lines.push(line);
      taken += line.content.length;
      if (lines.length === limit) return { lines, complete: true };
    }
  }
}
