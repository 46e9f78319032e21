import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findUserKernel } from '../../sandbox/user-kernel/user-kernel.js';

// gVisor's runsc: the one of this machine, else built once by the Go toolchain and kept in the user's cache.
const MODULE = 'gvisor.dev/gvisor/runsc';
const VERSION = 'v0.0.0-20260905035102-160fafc42237';
const BUILD_MILLISECONDS = 10 * 60_000;

/** The program, or why there is none: tests of strong isolation are then skipped with that reason. */
export async function findRunsc(): Promise<{ readonly program: string } | { readonly missing: string }> {
  const found = await findUserKernel(process.env['WINDLASS_RUNSC']);
  if (!('missing' in found)) return found;
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'windlass', `runsc-${VERSION}`);
  const program = join(folder, 'runsc');
  if (existsSync(program)) return { program };
  if (spawnSync('go', ['version']).status !== 0) return { missing: `${found.missing}, and neither is the Go toolchain that builds it` };
  // Built beside its place: a test run that is ended half way leaves no half program, and two at once do not mix.
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`;
  await mkdir(unfinished, { recursive: true });
  try {
    const build = spawn('go', ['install', `${MODULE}@${VERSION}`], { env: { ...process.env, GOBIN: unfinished, CGO_ENABLED: '0' }, stdio: ['ignore', 'ignore', 'pipe'], timeout: BUILD_MILLISECONDS });
    const complaints: string[] = [];
    createInterface({ input: build.stderr }).on('line', (line) => complaints.push(line));
    const [code] = (await once(build, 'close')) as [number | null];
    if (code !== 0) return { missing: `gVisor could not be built (${complaints.at(-1) ?? 'no reason given'})` };
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(program)) throw error;
    });
    return { program };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
