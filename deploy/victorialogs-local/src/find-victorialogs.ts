import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Named once: what is built, and what the adapter is tested against. */
export const VERSION = 'v1.52.2';
const MODULE = 'github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs';
const BUILD_WITHIN_MS = 8 * 60_000;

export type FoundVictoriaLogs = { readonly program: string } | { readonly lacking: string };

/**
 * The program, or why there is none. It is built once by the Go toolchain, which takes a minute or two, and kept in the user's cache.
 * `WINDLASS_TEST_VICTORIALOGS` names a program that is there already, or is "none".
 */
export async function findVictoriaLogs(given = process.env.WINDLASS_TEST_VICTORIALOGS): Promise<FoundVictoriaLogs> {
  if (given === 'none') return { lacking: 'no VictoriaLogs: WINDLASS_TEST_VICTORIALOGS says none' };
  if (given !== undefined && given !== '') return existsSync(given) ? { program: given } : { lacking: `no VictoriaLogs: WINDLASS_TEST_VICTORIALOGS names ${given}, which is not there` };
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'windlass', `victorialogs-${VERSION}`);
  const program = join(folder, 'victoria-logs');
  if (existsSync(program)) return { program };
  if (spawnSync('go', ['version']).status !== 0) return { lacking: 'no VictoriaLogs: the Go toolchain that builds it is not installed' };
  // Built beside its place: a run that is ended half way leaves no half program, and two at once do not mix.
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`;
  await mkdir(unfinished, { recursive: true });
  try {
    const build = spawn('go', ['install', `${MODULE}@${VERSION}`], { env: { ...process.env, GOBIN: unfinished }, stdio: ['ignore', 'ignore', 'pipe'], timeout: BUILD_WITHIN_MS });
    const complaints: string[] = [];
    createInterface({ input: build.stderr }).on('line', (line) => complaints.push(line));
    const [code] = (await once(build, 'close')) as [number | null];
    if (code !== 0) return { lacking: `no VictoriaLogs: it could not be built (${complaints.at(-1) ?? 'no reason given'})` };
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(program)) throw error;
    });
    return { program };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
