import type { LogStore } from '../lines/index.js';
import { StreamHeads } from './stream-heads.js';

const A_DAY_MS = 86_400_000;

describe('waiting for a stream to grow', () => {
  const heads = new StreamHeads({ heads: async () => new Map() } as Partial<LogStore> as LogStore);
  const wait = (projectId: string, gone: AbortController) => heads.grown({ projectId, streamId: 's1', after: 0n }, A_DAY_MS, gone.signal);

  it('is refused to a project that waits a hundred times already, and only until one of its waits is over', async () => {
    const leaving = new AbortController();
    const staying = new AbortController();
    const first = wait('p1', leaving);
    const others = Array.from({ length: 99 }, () => wait('p1', staying));
    await expect(wait('p1', staying)).rejects.toMatchObject({ kind: 'throttled', code: 'LTS.0429', message: expect.stringContaining('a project follows at most 100') });
    const elsewhere = wait('p2', staying);
    leaving.abort();
    await first;
    const next = wait('p1', staying);
    await expect(wait('p1', staying)).rejects.toMatchObject({ code: 'LTS.0429' });
    staying.abort();
    await Promise.all([...others, elsewhere, next]);
  });
});
