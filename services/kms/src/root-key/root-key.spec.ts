import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRootKey } from './root-key.js';

const hex = 'ab'.repeat(32);
const key = Buffer.alloc(32, 0xab);

describe('a root key', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'windlass-root-key-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const read = (environment: Record<string, string>): { key: Buffer | undefined; problems: string[] } => {
    const problems: string[] = [];
    return { key: readRootKey('ROOT', environment, problems), problems };
  };
  const file = (content: string | Buffer, mode = 0o600): string => {
    const path = join(directory, `key-${Math.random()}`);
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };

  it('is read from the environment, from a file of its owner alone, or from what a command prints', () => {
    const sources: Record<string, string>[] = [{ ROOT: hex }, { ROOT_FILE: file(key) }, { ROOT_FILE: file(`${hex}\n`) }, { ROOT_COMMAND: `printf '%s\\n' ${hex}` }];
    for (const environment of sources) {
      expect(read(environment)).toEqual({ key, problems: [] });
    }
  });

  it('is given once', () => {
    expect(read({}).problems).toEqual([expect.stringContaining('ROOT is missing: it is one of ROOT, ROOT_FILE and ROOT_COMMAND')]);
    expect(read({ ROOT: hex, ROOT_COMMAND: 'true' }).problems).toEqual([expect.stringContaining('given 2 times')]);
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    ['is short', () => ({ ROOT: 'abcd' }), /64 hex digits/],
    ['lies in a file that others can read', () => ({ ROOT_FILE: file(hex, 0o640) }), /chmod 600/],
    ['lies in no file', () => ({ ROOT_FILE: join(directory, 'none') }), /ENOENT/],
    ['comes of a command that fails', () => ({ ROOT_COMMAND: `echo ${hex}; exit 3` }), /status 3/],
    ['comes of a command that prints something else', () => ({ ROOT_COMMAND: 'echo secret' }), /64 hex digits/],
    ['comes of a command that prints without end', () => ({ ROOT_COMMAND: 'yes secret' }), /was stopped/],
  ])('is refused when it %s, and no part of it is told', (_, environment, problem) => {
    const { key: found, problems } = read(environment());
    expect(found).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems.join()).not.toMatch(/secret|abab/);
  });
});
