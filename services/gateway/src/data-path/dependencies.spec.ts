import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const HEAVY = /^(@nestjs\/|typeorm|pg$|kafkajs|@grpc\/|rxjs|reflect-metadata)/;
const root = resolve(import.meta.dirname, '../../../..');

/** What a file's compiled form loads: imports of types alone disappear. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const statements = source.matchAll(/^(?:import|export)\s+(?!type\b)(?:([^;'"]*?)\s*from\s*)?['"]([^'"]+)['"]/gm);
  return [...statements].filter(([, names]) => !isTypesOnly(names)).map(([, , specifier]) => specifier as string);
}

function isTypesOnly(names: string | undefined): boolean {
  const list = /^\{([^}]*)\}$/s.exec(names?.trim() ?? '')?.[1];
  const members = list?.split(',').map((member) => member.trim()).filter((member) => member !== '');
  return members !== undefined && members.length > 0 && members.every((member) => member.startsWith('type '));
}

/** The source that a specifier names, when it is one of the workspace's. */
function sourceOf(specifier: string, importer: string): string | undefined {
  if (specifier.startsWith('.')) return resolve(dirname(importer), specifier.replace(/\.js$/, '.ts'));
  const [, name = '', path] = /^@windlass\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  if (name === '') return undefined;
  return path === undefined ? join(root, 'libs', name, 'src/index.ts') : join(root, 'libs', name, 'src/gen/windlass', `${path}.ts`);
}

/** Everything that is loaded with a file, as package names and workspace files. */
function loadedWith(entry: string): { packages: Set<string>; files: Set<string> } {
  const packages = new Set<string>();
  const files = new Set([entry]);
  for (const file of files) {
    for (const specifier of importsOf(file)) {
      const source = sourceOf(specifier, file);
      if (source === undefined) packages.add(specifier);
      else if (existsSync(source)) files.add(source);
      else throw new Error(`${file} imports ${specifier}, which is not at ${source}`);
    }
  }
  return { packages, files };
}

describe('the data path', () => {
  it('loads no framework, no database and no broker', () => {
    const { packages, files } = loadedWith(join(import.meta.dirname, 'index.ts'));
    expect([...packages].filter((name) => HEAVY.test(name))).toEqual([]);
    // The walk went through our own files and into the libraries.
    expect([...files].map((file) => file.slice(root.length))).toEqual(
      expect.arrayContaining(['/services/gateway/src/data-path/exchange.ts', '/libs/http1/src/chunked-decoder.ts', '/libs/errors/src/index.ts']),
    );
    expect(packages).toContain('node:net');
  });

  it('would be seen loading one: the control side of this service loads them', () => {
    const { packages } = loadedWith(join(import.meta.dirname, '../start-gateway.ts'));
    expect([...packages].filter((name) => HEAVY.test(name))).toEqual(
      expect.arrayContaining(['@nestjs/core', '@nestjs/microservices', 'typeorm', 'pg']),
    );
  });
});
