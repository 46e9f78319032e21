import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Progress } from './progress.js';

/** How each package manager installs bubblewrap, quietly and without questions. */
const PACKAGE_MANAGERS = [
  { program: 'apt-get', steps: [['apt-get', 'update', '-qq'], ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'bubblewrap']] },
  { program: 'dnf', steps: [['dnf', 'install', '-y', '-q', 'bubblewrap']] },
  { program: 'apk', steps: [['apk', 'add', '--quiet', 'bubblewrap']] },
  { program: 'pacman', steps: [['pacman', '-S', '--noconfirm', '--needed', 'bubblewrap']] },
  { program: 'zypper', steps: [['zypper', '--quiet', '--non-interactive', 'install', 'bubblewrap']] },
] as const;

/** Makes sure the sandbox program is there: installs it when this user may, else fails with the one line to run. */
export async function ensureBubblewrap(progress: Progress): Promise<void> {
  if (findProgram('bwrap') === undefined) await install(progress);
  const trial = spawnSync('bwrap', ['--unshare-user', '--unshare-net', '--unshare-pid', '--ro-bind', '/', '/', 'true'], { encoding: 'utf8' });
  if (trial.status !== 0) throw new Error(explainRefusal(trial.stderr.trim()));
}

async function install(progress: Progress): Promise<void> {
  const manager = PACKAGE_MANAGERS.find(({ program }) => findProgram(program) !== undefined);
  if (manager === undefined) throw new Error('bubblewrap is missing and no known package manager is here: install the package "bubblewrap" and start again');
  const asRoot = process.getuid?.() === 0;
  const advice = `bubblewrap is missing. Install it with:  sudo ${manager.steps.at(-1)?.filter((word) => !word.startsWith('-q')).join(' ')}`;
  // A password prompt in the middle of a start would hang a script; sudo is used only where it asks nothing.
  const maySudo = !asRoot && findProgram('sudo') !== undefined && spawnSync('sudo', ['-n', 'true']).status === 0;
  if (!asRoot && !maySudo) throw new Error(advice);
  await progress.step('Installing bubblewrap', async () => {
    for (const step of manager.steps) {
      const [program = '', ...args] = asRoot ? step : ['sudo', '-n', ...step];
      const result = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
      if (result.status !== 0) throw new Error(`${advice}\n(${step.join(' ')} failed: ${lastLine(result.stderr)})`);
    }
  });
}

function explainRefusal(stderr: string): string {
  return `bubblewrap is installed but may not create namespaces: ${stderr}
On some systems unprivileged user namespaces are switched off. As root:
  sysctl -w user.max_user_namespaces=28633                        (if it is 0)
  sysctl -w kernel.unprivileged_userns_clone=1                    (older Debian)
  sysctl -w kernel.apparmor_restrict_unprivileged_userns=0        (Ubuntu 23.10 and newer)`;
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
