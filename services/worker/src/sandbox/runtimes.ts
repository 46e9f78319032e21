import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, copyFile, link, mkdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findHostRuntimes } from './host-runtimes.js';
import { RUNTIME_ROOT } from './sandbox-view.js';

/** Versions of Node whose documented paths lead to ours: programs written for them run on it. */
const DOCUMENTED_NODE_VERSIONS = ['6.10', '8.10', '10.16', '12.13', '14.18', '16.17', '18.15', '20.15'];

/** PATH inside the sandbox: the runtime's Node first, then the system's folders. */
export const sandboxPath = `${RUNTIME_ROOT}/nodejs/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

/**
 * Makes the folder for `InstanceSpec.runtimesDirectory`: this platform's own Node binary, its version in the path as the
 * documented layout has it (`nodejs24.21/rtsp/nodejs/bin/node`), links at the documented paths of older versions and of the other
 * runtimes this machine has below /usr, and `nodejs/bin`, which `sandboxPath` names. May run again on the same folder, also while instances use it.
 */
export async function prepareRuntimes(directory: string, nodeBinary: string = process.execPath): Promise<void> {
  const { stdout } = await promisify(execFile)(nodeBinary, ['--version'], { env: {} });
  const [major = '', minor = ''] = stdout.trim().replace(/^v/, '').split('.');
  const name = `nodejs${major}.${minor}`;
  const node = join(directory, name, 'rtsp/nodejs/bin/node');
  await makeFolders(directory, dirname(node));
  await placeBinary(nodeBinary, node);
  await placeLink(`${name}/rtsp/nodejs`, join(directory, 'nodejs'));
  for (const version of DOCUMENTED_NODE_VERSIONS) {
    if (`nodejs${version}` !== name) await placeLink(name, join(directory, `nodejs${version}`));
  }
  for (const { places, program } of findHostRuntimes().served) {
    for (const place of places) {
      await makeFolders(directory, dirname(join(directory, place)));
      await placeLink(program, join(directory, place));
    }
  }
}

async function makeFolders(directory: string, deepest: string): Promise<void> {
  for (let folder = deepest; folder.startsWith(directory); folder = dirname(folder)) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755); // Whatever the umask: instances run as uids that own nothing.
  }
}

/** A hard link where the file system and its owner allow one, else a copy; put in place in one step. */
async function placeBinary(source: string, target: string): Promise<void> {
  const [wanted, present] = await Promise.all([stat(source), stat(target).catch(() => undefined)]);
  if (present !== undefined && present.size === wanted.size && present.mtimeMs >= wanted.mtimeMs) return;
  const fresh = `${target}.${process.pid}`;
  await rm(fresh, { force: true });
  try {
    await link(source, fresh);
  } catch {
    await copyFile(source, fresh, constants.COPYFILE_FICLONE);
    await chmod(fresh, 0o755);
  }
  await rename(fresh, target);
}

async function placeLink(target: string, path: string): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  await rm(fresh, { force: true });
  await symlink(target, fresh);
  await rename(fresh, path);
}
