/** The archive breaks a rule of packages. The registry checks the same on upload; a worker never relies on it. */
export class UnsafePackage extends Error {
  constructor(detail: string) {
    super(`The package is refused: ${detail}.`);
    this.name = 'UnsafePackage';
  }
}

/** The parts of an entry's path below the package's root. Throws UnsafePackage for a name that could lead elsewhere. */
export function entryPath(name: string): string[] {
  const trimmed = name.endsWith('/') ? name.slice(0, -1) : name;
  const parts = trimmed.split('/');
  const odd = (part: string): boolean => part === '' || part === '.' || part === '..' || part.length > 255;
  if (name.includes('\0') || name.includes('\\') || parts.some(odd)) {
    throw new UnsafePackage(`the entry name ${JSON.stringify(name.slice(0, 200))} is not a plain relative path`);
  }
  return parts;
}

/**
 * Checks the target of a symbolic link at `path`. Only "../" at the front is allowed, and not beyond the root: as no entry is
 * written through a link, such a target stays inside whatever other links it meets on its way.
 */
export function checkLinkTarget(path: readonly string[], target: string): void {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const firstName = parts.findIndex((part) => part !== '..');
  const ups = firstName === -1 ? parts.length : firstName;
  const climbsLater = parts.slice(ups).includes('..');
  if (target === '' || target.startsWith('/') || target.includes('\0') || climbsLater || ups > path.length - 1) {
    throw new UnsafePackage(`the link ${JSON.stringify(path.join('/'))} leads out of the package`);
  }
}
