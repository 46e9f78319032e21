import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The program that is a kernel for one app: gVisor's runsc. */
export interface UserKernel {
  readonly program: string;
  /** As it tells it: "release-20260901.0". */
  readonly version: string;
}

export interface MissingKernel {
  /** A sentence without its end. */
  readonly missing: string;
}

const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'];
const VERSION_MS = 10_000;

/** Finds runsc: at `path` if that is told, else where programs are. Says why there is none that works. */
export async function findUserKernel(path: string | undefined): Promise<UserKernel | MissingKernel> {
  const program = path ?? SYSTEM_FOLDERS.map((folder) => join(folder, 'runsc')).find(isProgram);
  if (program === undefined) return { missing: 'gVisor (runsc) is not installed on this machine' };
  if (!isProgram(program)) return { missing: `there is no program ${program}` };
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'], { env: {}, timeout: VERSION_MS });
    const version = /^runsc version (\S+)$/m.exec(stdout)?.[1];
    return version === undefined ? { missing: `${program} is not runsc` } : { program, version };
  } catch (error) {
    return { missing: `${program} does not run: ${(error as Error).message}` };
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
