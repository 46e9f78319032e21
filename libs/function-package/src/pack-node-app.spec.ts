import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBuffer, type Entry } from 'yauzl';
import { packNodeApp } from './index.js';

describe('the package of a Node.js app', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'windlass-pack-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (name: string, content: string, mode = 0o644): void => {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), content, { mode });
  };
  const manifest = (name: string, dependencies: Record<string, string> = {}): void =>
    write(`${name}package.json`, JSON.stringify({ dependencies, devDependencies: { never: '1' } }));

  /** Unix modes of the entries by name, as an independent reader sees them. */
  function entries(zip: Buffer): Promise<Record<string, string>> {
    return new Promise((resolve, reject) => {
      fromBuffer(zip, { lazyEntries: false }, (error, file) => {
        if (error) return reject(error);
        const modes: Record<string, string> = {};
        file.on('entry', (entry: Entry) => (modes[entry.fileName] = (entry.externalFileAttributes >>> 16).toString(8)));
        file.on('end', () => resolve(modes));
        file.on('error', reject);
      });
    });
  }

  it('holds the app and what it needs at run time, directly or not, and keeps what is executable', async () => {
    manifest('app/', { web: '^1' });
    write('app/bootstrap', '#!/bin/sh\n', 0o755);
    write('app/lib/größe.js', '');
    manifest('node_modules/web/', { '@scope/deep': '^1' });
    write('node_modules/web/index.js', '');
    manifest('node_modules/@scope/deep/', { web: '^0' });
    manifest('node_modules/@scope/deep/node_modules/web/');
    expect(await entries(await packNodeApp(join(root, 'app')))).toEqual({
      bootstrap: '100755',
      'lib/größe.js': '100644',
      'package.json': '100644',
      'node_modules/web/index.js': '100644',
      'node_modules/web/package.json': '100644',
      'node_modules/@scope/deep/package.json': '100644',
      'node_modules/@scope/deep/node_modules/web/package.json': '100644',
    });
  });

  it('is the same to the byte for the same files', async () => {
    manifest('app/');
    expect(await packNodeApp(join(root, 'app'))).toEqual(await packNodeApp(join(root, 'app')));
  });

  it('is refused when a dependency is not installed', async () => {
    manifest('app/', { missing: '^1' });
    await expect(packNodeApp(join(root, 'app'))).rejects.toThrow(/missing, which .* needs, is not installed/);
  });
});
