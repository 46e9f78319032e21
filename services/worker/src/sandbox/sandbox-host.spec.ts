import { mkdirSync, mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSearchableByOthers, mayEnterNamespaces } from './sandbox-host.js';

it('knows whether the worker may enter the namespaces of its instances', () => {
  expect(mayEnterNamespaces('Name:\tnode\nCapEff:\t000001fffeffffff\n')).toBe(true);
  expect(mayEnterNamespaces('Name:\tnode\nCapEff:\t0000000000000000\n')).toBe(false);
});

it('knows a folder that only its owner can reach, however deep below it the path goes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-search-'));
  const deep = join(folder, 'a/b');
  mkdirSync(deep, { recursive: true });
  chmodSync(folder, 0o711);
  expect(isSearchableByOthers(deep)).toBe(true);
  chmodSync(folder, 0o700);
  expect(isSearchableByOthers(deep)).toBe(false);
  rmSync(folder, { recursive: true });
});
