// Writes each package's tsconfig files from its package.json, so that project references never drift from the
// dependencies npm knows: run it after adding a workspace dependency.
import { readFileSync, writeFileSync, readdirSync, existsSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const folders = ['libs', 'services', 'clients'].flatMap((g) => readdirSync(join(root, g)).map((n) => `${g}/${n}`)).concat('deploy/standalone', 'deploy/kafka-local', 'deploy/victorialogs-local', 'e2e');
const packages = folders.filter((d) => existsSync(join(root, d, 'package.json')));
const folderOf = new Map(packages.map((d) => [JSON.parse(readFileSync(join(root, d, 'package.json'), 'utf8')).name, d]));
const write = (file, value) => writeFileSync(join(root, file), JSON.stringify(value, null, 2) + '\n');

for (const folder of packages) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const base = relative(join(root, folder), join(root, 'tsconfig.base.json'));
  const refs = (names) => names.filter((n) => folderOf.has(n)).map((n) => ({ path: relative(join(root, folder), join(root, folderOf.get(n))) }));
  write(`${folder}/tsconfig.json`, {
    extends: base,
    compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/tsconfig.tsbuildinfo' },
    include: ['src/**/*.ts', 'src/**/*.json'],
    exclude: ['src/**/*.spec.ts', 'src/**/testing/**'],
    references: refs(Object.keys(manifest.dependencies ?? manifest.devDependencies ?? {})),
  });
  write(`${folder}/tsconfig.spec.json`, {
    extends: base,
    compilerOptions: { noEmit: true, composite: false, incremental: false, rootDir: undefined, types: ['node', 'jest'] },
    include: ['src/**/*.ts'],
  });
  const depth = folder.split('/').length;
  // These two start something for all of their tests, and say so in a configuration of their own.
  if (folder !== 'e2e' && folder !== 'libs/event-bus') writeFileSync(join(root, folder, 'jest.config.mjs'), `export { default } from '${'../'.repeat(depth)}jest.preset.mjs';\n`);
}
write('tsconfig.json', { files: [], references: packages.map((path) => ({ path })) });
