import { spawnSync } from 'node:child_process';
import { findProgram, installPackage } from '@windlass/system-packages';
import type { Progress } from './progress.js';

/** Makes sure the sandbox program is there: installs it when this user may, else fails with the one line to run. */
export async function ensureBubblewrap(progress: Progress): Promise<void> {
  if (findProgram('bwrap', process.env.PATH) === undefined) await install(progress);
  const trial = spawnSync('bwrap', ['--unshare-user', '--unshare-net', '--unshare-pid', '--ro-bind', '/', '/', 'true'], { encoding: 'utf8' });
  if (trial.status !== 0) throw new Error(explainRefusal(trial.stderr.trim()));
}

async function install(progress: Progress): Promise<void> {
  await progress.step('Installing bubblewrap', async () => {
    const result = installPackage('bubblewrap', process.env.PATH);
    if (!result.installed) throw new Error(result.why);
  });
}

function explainRefusal(stderr: string): string {
  return `bubblewrap is installed but may not create namespaces: ${stderr}
On some systems unprivileged user namespaces are switched off. As root:
  sysctl -w user.max_user_namespaces=28633                        (if it is 0)
  sysctl -w kernel.unprivileged_userns_clone=1                    (older Debian)
  sysctl -w kernel.apparmor_restrict_unprivileged_userns=0        (Ubuntu 23.10 and newer)`;
}
