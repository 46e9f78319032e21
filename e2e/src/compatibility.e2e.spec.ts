import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { guardedOperations } from './every-operation/public-operations.js';
import { fg } from './harness/tenant.js';

// The page tells of each operation by its name in the official SDKs.
describe('the page on compatibility', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/compatibility.md'), 'utf8');
  const section = (from: string, to: string): string => page.slice(page.indexOf(from), page.indexOf(to, page.indexOf(from)));
  const namesIn = (text: string): ReadonlySet<string> => new Set([...text.matchAll(/`([A-Z]\w+)`/g)].map(([, name]) => name ?? ''));
  const missing = namesIn(section('## Operations that are not there', '## Credentials').replaceAll(/\|[^|]*\|\n/g, '|\n'));
  const served = new Set(guardedOperations.map(({ name }) => name));
  const ofSdk = Object.getOwnPropertyNames(fg.FunctionGraphClient.prototype)
    .filter((name) => name !== 'constructor' && name !== 'getPath')
    .map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`);

  it('tells of every operation of the official FunctionGraph SDK whether it is served, or why not', () => {
    expect(ofSdk.length).toBeGreaterThan(90);
    expect(ofSdk.filter((name) => served.has(name) === missing.has(name))).toEqual([]);
  });

  it('calls nothing missing that is served', () => {
    expect(missing.size).toBeGreaterThan(50);
    expect([...missing].filter((name) => served.has(name))).toEqual([]);
  });
});
