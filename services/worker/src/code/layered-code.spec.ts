import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { layOver, LayeredCode } from './layered-code.js';

describe('code with dependencies laid over it', () => {
  let root: string;
  const held = new Map<string, number>();
  let fetched: string[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'windlass-layers-'));
    held.clear();
    fetched = [];
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const tree = (name: string, files: Record<string, string>): string => {
    for (const [path, content] of Object.entries(files)) {
      const file = join(root, name, path);
      mkdirSync(dirname(file), { recursive: true });
      if (content.startsWith('-> ')) symlinkSync(content.slice(3), file);
      else writeFileSync(file, content, { mode: path === 'bootstrap' ? 0o755 : 0o644 });
    }
    return join(root, name);
  };
  const cache = {
    hold: async (digest: string) => {
      fetched.push(digest);
      held.set(digest, (held.get(digest) ?? 0) + 1);
      return { directory: join(root, digest), release: () => void held.set(digest, (held.get(digest) ?? 0) - 1) };
    },
  };
  const open = () => LayeredCode.open(cache, join(root, 'layered'));
  const read = (directory: string, path: string): string => readFileSync(join(directory, path), 'utf8');

  it('holds what all of them hold, a later one going before an earlier one and before the code', async () => {
    tree('code', { bootstrap: 'code', 'lib/a.js': 'code', 'lib/own.js': 'code' });
    tree('one', { 'lib/a.js': 'one', 'lib/b.js': 'one' });
    tree('two', { 'lib/b.js': 'two', 'node_modules/x/index.js': 'two', 'node_modules/.bin/x': '-> ../x/index.js' });
    const { directory } = await (await open()).hold('code', ['one', 'two']);
    expect(['lib/a.js', 'lib/b.js', 'lib/own.js', 'node_modules/.bin/x'].map((path) => read(directory, path))).toEqual(['one', 'two', 'code', 'two']);
    expect([statSync(join(directory, 'bootstrap')).mode & 0o777, statSync(join(directory, 'lib')).mode & 0o777]).toEqual([0o755, 0o755]);
    expect(read(root, 'code/lib/a.js')).toBe('code');
  });

  it('is the code itself where there are none', async () => {
    tree('code', { bootstrap: 'code' });
    expect((await (await open()).hold('code', [])).directory).toBe(join(root, 'code'));
  });

  it('is written through no link: one that stands where a folder comes is replaced', async () => {
    tree('outside', { 'x.js': 'untouched' });
    tree('code', { bootstrap: 'code', lib: '-> ../outside', file: 'was a file', 'folder/a': 'was a folder' });
    tree('one', { 'lib/x.js': 'one', 'file/now': 'a folder', folder: 'now a file' });
    const target = tree('target', {});
    mkdirSync(target);
    for (const source of ['code', 'one']) await layOver(target, join(root, source));
    expect([read(target, 'lib/x.js'), read(target, 'file/now'), read(target, 'folder'), read(root, 'outside/x.js')]).toEqual(['one', 'a folder', 'now a file', 'untouched']);
    expect(() => readlinkSync(join(target, 'lib'))).toThrow('EINVAL');
  });

  it('is made once for starts at the same time, and again from nothing after a restart', async () => {
    tree('code', { bootstrap: 'code' });
    tree('one', { a: 'one' });
    const layered = await open();
    const [first, second] = await Promise.all([layered.hold('code', ['one']), layered.hold('code', ['one'])]);
    expect([first.directory, fetched]).toEqual([second.directory, ['code', 'one']]);
    expect([...held.values()]).toEqual([0, 0]);
    const again = await (await open()).hold('code', ['one']);
    expect(readdirSync(join(root, 'layered'))).toEqual([again.directory.split('/').at(-1)]);
  });

  it('stays as long as it is held, and is let go of when too many others are kept', async () => {
    tree('code', { bootstrap: 'code' });
    const names = Array.from({ length: 12 }, (_, index) => `layer${index}`);
    for (const name of names) tree(name, { [name]: name });
    const layered = await open();
    const kept = await layered.hold('code', ['layer0']);
    for (const name of names.slice(1)) (await layered.hold('code', [name])).release();
    expect(read(kept.directory, 'layer0')).toBe('layer0');
    expect(readdirSync(join(root, 'layered')).length).toBeLessThanOrEqual(9);
  });

  it('is not there in part when one of them cannot be had', async () => {
    tree('code', { bootstrap: 'code' });
    const layered = await LayeredCode.open({ hold: (digest) => (digest === 'gone' ? Promise.reject(new Error('gone')) : cache.hold(digest)) }, join(root, 'layered'));
    await expect(layered.hold('code', ['gone'])).rejects.toThrow('gone');
    expect([readdirSync(join(root, 'layered')), held.get('code')]).toEqual([[], 0]);
  });
});
