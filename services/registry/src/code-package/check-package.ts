import { BOOTSTRAP_HEAD_BYTES, findBootstrap, requireRunnable } from './bootstrap-file.js';
import { quoted, unusablePackage } from './package-errors.js';
import { LIBRARY_LIMITS, PACKAGE_LIMITS, type PackageLimits } from './package-limits.js';
import { unpackedContent } from './unpacked-content.js';
import { readZipDirectory } from './zip-directory.js';
import { placeEntries, requirePackedSize, type PlacedEntry } from './zip-layout.js';

const LONGEST_LINK_TARGET = 4000;

/**
 * Passes when the zip can be unpacked and started as an HTTP function, whoever made it. Trusts no size and no checksum of
 * the archive: every byte is unpacked and counted against them, one chunk in memory at a time. Fails with FSS.1071 (too many bytes) or
 * FSS.1011, whose message names the file and the remedy.
 */
export async function checkPackage(zip: Buffer, arch: string = process.arch, limits: PackageLimits = PACKAGE_LIMITS): Promise<void> {
  const placed = await placedEntries(zip, limits);
  await unpackAll(placed, findBootstrap(placed), arch);
}

/** Passes when the zip can be unpacked beside a function's code; fails as `checkPackage` does. Nothing in it needs to start. */
export async function checkLibraries(zip: Buffer, limits: PackageLimits = LIBRARY_LIMITS): Promise<void> {
  const placed = await placedEntries(zip, limits);
  const backup = placed.find(({ path }) => path.endsWith('~'));
  if (backup !== undefined) throw unusablePackage(`The file name ${quoted(backup.path)} ends with "~", which no file of a dependency may. Leave backup files out.`);
  await unpackAll(placed, undefined, process.arch);
}

async function placedEntries(zip: Buffer, limits: PackageLimits): Promise<readonly PlacedEntry[]> {
  requirePackedSize(zip.length, limits);
  return placeEntries(zip, await readZipDirectory(zip, limits.entries), limits);
}

async function unpackAll(placed: readonly PlacedEntry[], bootstrap: PlacedEntry | undefined, arch: string): Promise<void> {
  for (const entry of placed) {
    const keep = entry === bootstrap ? BOOTSTRAP_HEAD_BYTES : entry.kind === 'link' ? LONGEST_LINK_TARGET + 1 : 0;
    let head = Buffer.alloc(0);
    for await (const chunk of unpackedContent(entry)) {
      if (head.length < keep) head = Buffer.concat([head, chunk.subarray(0, keep - head.length)]);
    }
    if (entry === bootstrap) requireRunnable(head, arch);
    if (entry.kind === 'link') requireInnerTarget(entry, head);
  }
}

/**
 * A link may point anywhere inside the package. Steps up come first and no more of them than the link lies deep: links lie
 * in real directories only, so what remains is a way down, and a way down that meets another link stays inside as well.
 */
function requireInnerTarget({ path }: PlacedEntry, content: Buffer): void {
  const target = content.toString('utf8');
  const segments = target.split('/');
  const depth = path.split('/').length - 1;
  const stepsUp = segments.findIndex((segment) => segment !== '..');
  const up = stepsUp === -1 ? segments.length : stepsUp;
  const inside = target !== '' && !target.startsWith('/') && !target.includes('\0') && up <= depth && !segments.slice(up).includes('..');
  if (content.length > LONGEST_LINK_TARGET || !inside) {
    throw unusablePackage(`The symbolic link ${quoted(path)} points to ${quoted(target)}. Links may only lead to files inside the package.`);
  }
}
