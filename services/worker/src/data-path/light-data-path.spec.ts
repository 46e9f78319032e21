import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const FORBIDDEN = /^(?:@nestjs\/|typeorm(?:\/|$)|pg(?:-|\/|$)|kafkajs|@grpc\/|@windlass\/(?:contracts|grpc|event-bus|event-store)(?:\/|$))/;
// What remains at run time: `import type` and `export type` are gone by then.
const IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Every module that is loaded with `entry`: ours by following files, the packages of this workspace through their sources. */
function reachable(entry: string): Map<string, string> {
  const packages = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const source = readFileSync(file, 'utf8');
    for (const [, name = ''] of [...source.matchAll(IMPORT), ...source.matchAll(DYNAMIC)]) {
      if (name.startsWith('.')) visit(resolve(dirname(file), name.replace(/\.js$/, '.ts')));
      else {
        packages.set(name, file);
        const workspace = workspaceSource(name);
        if (workspace !== undefined) visit(workspace);
      }
    }
  };
  visit(entry);
  return packages;
}

function workspaceSource(name: string): string | undefined {
  const parts = /^(@windlass\/[^/]+)$/.exec(name);
  if (parts === null) return undefined;
  const manifest = createRequire(import.meta.url).resolve.paths(name)?.map((folder) => join(folder, name, 'src/index.ts'));
  return manifest?.find((path) => existsSync(path));
}

describe('the data path', () => {
  it('loads no framework, no database client and no broker client', () => {
    const packages = reachable(join(import.meta.dirname, 'index.ts'));
    expect([...packages].filter(([name]) => FORBIDDEN.test(name))).toEqual([]);
    expect([...packages.keys()]).toContain('@windlass/http1');
  });

  it('would be caught if it did: the whole worker loads them', () => {
    const packages = reachable(join(import.meta.dirname, '../index.ts'));
    expect([...packages.keys()].filter((name) => FORBIDDEN.test(name)).length).toBeGreaterThan(3);
  });
});
