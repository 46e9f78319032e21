import { spawnSync } from 'node:child_process';
import { findProgram } from './find-program.js';

// A service that a package brings along is not started: what is wanted is the program.
const QUIET = ['env', 'DEBIAN_FRONTEND=noninteractive', 'SYSTEMD_OFFLINE=1', 'RUNLEVEL=1'] as const;

/** How each package manager installs, quietly and without questions. */
const PACKAGE_MANAGERS = [
  { program: 'apt-get', prepare: [['apt-get', 'update', '-qq']], install: ['apt-get', 'install', '-y', '-qq', '--no-install-recommends'] },
  { program: 'dnf', prepare: [], install: ['dnf', 'install', '-y', '-q'] },
  { program: 'apk', prepare: [], install: ['apk', 'add', '--quiet'] },
  { program: 'pacman', prepare: [], install: ['pacman', '-S', '--noconfirm', '--needed'] },
  { program: 'zypper', prepare: [], install: ['zypper', '--quiet', '--non-interactive', 'install'] },
] as const;

export type Installation = { readonly installed: true } | { readonly installed: false; readonly why: string };

/** Installs one package when this user may. `why` is a sentence for people, with the line to run where there is one. */
export function installPackage(name: string, searchPath: string | undefined): Installation {
  const manager = PACKAGE_MANAGERS.find(({ program }) => findProgram(program, searchPath) !== undefined);
  if (manager === undefined) return { installed: false, why: `${name} is missing and no known package manager is here: install the package "${name}"` };
  const asRoot = process.getuid?.() === 0;
  const why = `${name} is missing. Install it with:  sudo ${manager.install.filter((word) => !word.startsWith('-q')).join(' ')} ${name}`;
  // A password prompt in the middle of a start would hang a script; sudo is used only where it asks nothing.
  const maySudo = !asRoot && findProgram('sudo', searchPath) !== undefined && spawnSync('sudo', ['-n', 'true']).status === 0;
  if (!asRoot && !maySudo) return { installed: false, why };
  for (const step of [...manager.prepare, [...manager.install, name]]) {
    const [program = '', ...args] = [...(asRoot ? [] : ['sudo', '-n']), ...QUIET, ...step];
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) return { installed: false, why: `${why}\n(${step.join(' ')} failed: ${lastLine(stderr)})` };
  }
  return { installed: true };
}

function lastLine(text: string | null): string {
  return (text ?? '').trim().split('\n').at(-1) ?? '';
}
