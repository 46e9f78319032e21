import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

const DEMO = join(import.meta.dirname, '../demo');
// A fixed time stamp: the same files give the same package and the same digest.
const TIME_STAMP = new Date('2026-01-01T00:00:00Z');

/** The demo function as a tenant would zip it: the app's files, and node_modules with all it needs. */
export async function packDemo(): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const add = (file: string, name: string): void => {
    const executable = (statSync(file).mode & 0o111) !== 0;
    zip.addFile(file, name, { mtime: TIME_STAMP, mode: executable ? 0o100755 : 0o100644 });
  };
  for (const file of filesUnder(DEMO)) add(file, relative(DEMO, file));
  for (const [name, folder] of productionPackages(join(DEMO, 'package.json'))) {
    for (const file of filesUnder(folder)) add(file, ['node_modules', name, ...relative(folder, file).split(sep)].join('/'));
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** What a package needs at run time, its own dependencies' dependencies included, by name. */
function productionPackages(manifestFile: string, found = new Map<string, string>()): Map<string, string> {
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as { dependencies?: Record<string, string> };
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const folder = packageFolder(name, manifestFile);
    const known = found.get(name);
    if (known === folder) continue;
    if (known !== undefined) throw new Error(`two versions of ${name} are installed; the demo package holds one of each`);
    found.set(name, folder);
    productionPackages(join(folder, 'package.json'), found);
  }
  return found;
}

/** Looks where Node would: in the node_modules of each folder above. `exports` of a package may hide its manifest. */
function packageFolder(name: string, from: string): string {
  for (const place of createRequire(from).resolve.paths(name) ?? []) {
    const folder = join(place, name);
    if (statSync(join(folder, 'package.json'), { throwIfNoEntry: false })) return realpathSync(folder);
  }
  throw new Error(`${name}, which ${dirname(from)} needs, is not installed`);
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(folder, file).split(sep).includes('node_modules'))
    .sort();
}
