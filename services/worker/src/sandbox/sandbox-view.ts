import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { posix } from 'node:path';

/** Where things stand inside every sandbox. */
export const CODE_ROOT = '/opt/function/code';
export const RUNTIME_ROOT = '/opt/function/runtime';
export const HOME = '/home/snuser';

/** The one user inside; its host uid is another matter. */
export const SANDBOX_ID = 1003;

/** A host path shown inside, read-only. */
export interface Binding {
  readonly inside: string;
  readonly host: string;
}

/** What of the host a function sees beside its own package: the allow list. */
export interface SystemView {
  readonly bindings: readonly Binding[];
  readonly links: readonly { readonly inside: string; readonly target: string }[];
}

const ROOT_FOLDERS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** Entries of /etc that programs need and that say nothing of this machine or its users. */
const ETC_ENTRIES = [
  'alternatives',
  'ca-certificates',
  'ca-certificates.conf',
  'debian_version',
  'fonts',
  'gai.conf',
  'host.conf',
  'java',
  'java-8-openjdk',
  'java-11-openjdk',
  'java-17-openjdk',
  'java-21-openjdk',
  'java-25-openjdk',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'magic',
  'mime.types',
  'os-release',
  'pki',
  'protocols',
  'python3',
  'python3.11',
  'python3.12',
  'python3.13',
  'rpc',
  'services',
  'ssl',
  'timezone',
];

/** Reads once what this host has of the allow list. */
export function readSystemView(): SystemView {
  const bindings: Binding[] = [{ inside: '/usr', host: '/usr' }];
  const links: { inside: string; target: string }[] = [];
  for (const folder of ROOT_FOLDERS) {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink()) links.push({ inside: folder, target: readlinkSync(folder) });
    else if (stat?.isDirectory()) bindings.push({ inside: folder, host: folder });
  }
  for (const entry of ETC_ENTRIES) {
    const path = `/etc/${entry}`;
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) continue;
    try {
      // A link out of /etc (localtime, os-release) is shown as what it leads to.
      bindings.push({ inside: path, host: realpathSync(path) });
    } catch {
      // A link that leads nowhere on the host has nothing to show.
    }
  }
  return { bindings, links };
}

const MOST_LINKS = 40;

/**
 * Follows a path as a process inside would, and answers the host path of the file it ends at, or `undefined` when there
 * is nothing. Links inside the package may lead anywhere, so none is ever followed on the host's own terms.
 */
export function resolveInside(path: string, view: SystemView, extra: readonly Binding[]): string | undefined {
  const bindings = [...extra, ...view.bindings];
  const links = new Map(view.links.map((link) => [link.inside, link.target]));
  let pending = posix.normalize(path).split('/').filter(Boolean);
  let done = '';
  let followed = 0;
  while (pending.length > 0) {
    const name = pending.shift() as string;
    if (name === '..') {
      done = done.slice(0, Math.max(0, done.lastIndexOf('/')));
      continue;
    }
    const here = `${done}/${name}`;
    const target = links.get(here) ?? linkTarget(hostPath(here, bindings));
    if (target !== undefined) {
      if (++followed > MOST_LINKS) return undefined;
      pending = [...target.split('/').filter((part) => part !== '' && part !== '.'), ...pending];
      if (target.startsWith('/')) done = '';
      continue;
    }
    done = here;
  }
  const host = hostPath(done, bindings);
  return host !== undefined && lstatSync(host, { throwIfNoEntry: false }) !== undefined ? host : undefined;
}

function hostPath(inside: string, bindings: readonly Binding[]): string | undefined {
  const binding = bindings.find((each) => inside === each.inside || inside.startsWith(`${each.inside}/`));
  return binding === undefined ? undefined : binding.host + inside.slice(binding.inside.length);
}

function linkTarget(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  try {
    return lstatSync(host, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(host) : undefined;
  } catch {
    return undefined; // A file where a folder was expected: the path leads nowhere.
  }
}
