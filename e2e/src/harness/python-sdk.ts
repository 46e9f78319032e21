import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const JOURNEYS = join(import.meta.dirname, '../../python-sdk');
const INSTALL_MILLISECONDS = 4 * 60_000;

/** A Python that has the official SDKs, installed once and kept in the user's cache; or why there is none: the tests are then skipped. */
export function findPythonSdk(): { readonly python: string } | { readonly lacking: string } {
  const requirements = join(JOURNEYS, 'requirements.txt');
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'windlass', `python-sdk-${version}`);
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return { python };
  // Installed beside its place, so that a run that is ended half way leaves no half of it. The python of a virtual environment works wherever it is moved.
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const made = spawnSync('python3', ['-m', 'venv', unfinished], { encoding: 'utf8', timeout: INSTALL_MILLISECONDS });
    if (made.error !== undefined) return { lacking: 'no Python SDK: python3 is not installed' };
    if (made.status !== 0) return { lacking: 'no Python SDK: python3 makes no virtual environment (its package venv is not installed)' };
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '--requirement', requirements];
    const { status, stderr } = spawnSync(join(unfinished, 'bin/python'), install, { encoding: 'utf8', timeout: INSTALL_MILLISECONDS });
    if (status !== 0) return { lacking: `no Python SDK: it could not be installed (${stderr.trim().split('\n').at(-1) ?? 'no reason given'})` };
    try {
      renameSync(unfinished, folder);
    } catch (error) {
      if (!existsSync(python)) throw error;
    }
    return { python };
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
