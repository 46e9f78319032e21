import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { packFiles, type PackageFile } from './pack-files.js';

/**
 * The package of a Node.js app: the files of its folder, and in `node_modules` all that its package.json's `dependencies`
 * need at run time. Packages are taken from where Node would find them, so they may be installed in a folder above.
 * Fails when one is not installed, or when two versions of one would have to lie in one place.
 */
export async function packNodeApp(folder: string): Promise<Buffer> {
  const files = filesUnder(folder).map((file) => readFile(file, relative(folder, file)));
  for (const [place, source] of productionPackages(join(folder, 'package.json'))) {
    files.push(...filesUnder(source).map((file) => readFile(file, join(place, relative(source, file)))));
  }
  return packFiles(files);
}

function readFile(file: string, name: string): PackageFile {
  return { name: name.split(sep).join('/'), content: readFileSync(file), executable: (statSync(file).mode & 0o111) !== 0 };
}

/** Every package needed at run time, the dependencies' own dependencies included: its folder by its place in the app. */
function productionPackages(manifestFile: string, found = new Map<string, string>()): Map<string, string> {
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as { dependencies?: Record<string, string> };
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const folder = packageFolder(name, manifestFile);
    // One version of a package may lie inside another package; it keeps that place, where only that package finds it.
    const place = folder.slice(folder.indexOf(`${sep}node_modules${sep}`) + 1);
    const known = found.get(place);
    if (known === folder) continue;
    if (known !== undefined) throw new Error(`two versions of ${name} would lie in ${place} of the package`);
    found.set(place, folder);
    productionPackages(join(folder, 'package.json'), found);
  }
  return found;
}

/** Looks where Node would, without loading anything: a package's `exports` may hide its manifest from `require.resolve`. */
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
