import { packageTooLarge, quoted, unusablePackage } from './package-errors.js';
import type { PackageLimits } from './package-limits.js';
import type { ZipDirectory, ZipEntry } from './zip-directory.js';

export type EntryKind = 'file' | 'directory' | 'link';

/** An entry whose name, kind and place in the archive are safe. */
export interface PlacedEntry {
  readonly entry: ZipEntry;
  /** Path relative to the package's root, without a slash at its end. */
  readonly path: string;
  readonly kind: EntryKind;
  /** The entry's bytes in the archive, still compressed. */
  readonly packed: Buffer;
}

export const STORED = 0;
export const DEFLATED = 8;

const TYPE_MASK = 0o170000;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;
const LINK = 0o120000;
const SET_ID_BITS = 0o6000;

const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_SIGNATURE = 0x04034b50;
const SIZES_FOLLOW_DATA = 0x08;
const ENCRYPTED = 0x01;
const SIZE_IN_ZIP64 = 0xffffffff;

/**
 * Everything that can be checked before a byte is unpacked: names, kinds, and that each entry has bytes of its own that
 * its local header describes as the directory does. Whatever two unpacking tools could understand differently is refused.
 */
export function placeEntries(zip: Buffer, directory: ZipDirectory, limits: PackageLimits): readonly PlacedEntry[] {
  // A promise only, but one that each entry is held to, byte by byte, when it is unpacked: so together they cannot pass it.
  const promised = directory.entries.reduce((sum, entry) => sum + entry.unpackedBytes, 0);
  if (promised > limits.unpackedBytes) {
    throw unusablePackage(`The package unpacks to more than ${limits.unpackedBytes / 1024 / 1024} MB, which is the most a function's code may take.`);
  }
  const placed = directory.entries.map((entry) => place(zip, directory.offset, entry));
  requireOwnBytes(zip, placed);
  requireOneTree(placed);
  return placed;
}

/** FSS.1071 for more bytes than an upload may have. */
export function requirePackedSize(bytes: number, limits: PackageLimits): void {
  if (bytes > limits.packedBytes) throw packageTooLarge(limits.packedBytes);
}

function place(zip: Buffer, directoryOffset: number, entry: ZipEntry): PlacedEntry {
  const kind = kindOf(entry);
  const path = safePath(entry.name);
  if (entry.encrypted) throw unusablePackage(`The file ${quoted(path)} is encrypted. Make the package without a password.`);
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw unusablePackage(`The file ${quoted(path)} uses zip compression method ${entry.method}. Use deflate or no compression.`);
  }
  if (kind === 'directory' && entry.unpackedBytes !== 0) throw unusablePackage(`The directory ${quoted(path)} claims to have content.`);
  return { entry, path, kind, packed: locate(zip, directoryOffset, entry, path) };
}

function kindOf(entry: ZipEntry): EntryKind {
  const shown = quoted(entry.name);
  if ((entry.mode & SET_ID_BITS) !== 0) throw unusablePackage(`The file ${shown} has a setuid or setgid bit. Remove it (chmod ug-s).`);
  const named = entry.name.endsWith('/') ? 'directory' : 'file';
  switch (entry.mode & TYPE_MASK) {
    case 0:
      return named;
    case REGULAR:
      if (named === 'file') return 'file';
      break;
    case DIRECTORY:
      if (named === 'directory') return 'directory';
      break;
    case LINK:
      if (named === 'file') return 'link';
      break;
    default:
      throw unusablePackage(`${shown} is a device, pipe or socket. A package holds files, directories and symbolic links only.`);
  }
  throw unusablePackage(`The name ${shown} and its type disagree about whether it is a directory.`);
}

/** A path that stays below the root, written in the one way every tool understands alike. */
function safePath(name: string): string {
  const path = name.endsWith('/') ? name.slice(0, -1) : name;
  const shown = quoted(name);
  if (path === '') throw unusablePackage(`The package holds an entry without a name: ${shown}.`);
  if (path.includes('\0')) throw unusablePackage(`The file name ${shown} holds a NUL character.`);
  if (path.includes('\\')) throw unusablePackage(`The file name ${shown} holds a backslash. Separate directories with "/".`);
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) {
    throw unusablePackage(`The file name ${shown} is absolute. Names are relative to the package's root.`);
  }
  const segments = path.split('/');
  if (segments.includes('..')) throw unusablePackage(`The file name ${shown} leaves the package.`);
  if (segments.includes('.') || segments.includes('')) throw unusablePackage(`The file name ${shown} holds an empty or "." part. Write it plainly.`);
  if (Buffer.byteLength(path) > 4000 || segments.some((segment) => Buffer.byteLength(segment) > 255)) {
    throw unusablePackage(`The file name ${shown} is too long for the file system.`);
  }
  return path;
}

function locate(zip: Buffer, directoryOffset: number, entry: ZipEntry, path: string): Buffer {
  const start = entry.headerOffset;
  const broken = (what: string): Error => unusablePackage(`The archive is inconsistent at ${quoted(path)}: ${what}.`);
  if (start + LOCAL_HEADER_BYTES > directoryOffset || zip.readUInt32LE(start) !== LOCAL_HEADER_SIGNATURE) {
    throw broken('no file header where the directory points');
  }
  const flags = zip.readUInt16LE(start + 6);
  const nameStart = start + LOCAL_HEADER_BYTES;
  const nameEnd = nameStart + zip.readUInt16LE(start + 26);
  const dataStart = nameEnd + zip.readUInt16LE(start + 28);
  const dataEnd = dataStart + entry.packedBytes;
  if (dataEnd > directoryOffset) throw broken('its data reaches into the directory');
  if (!zip.subarray(nameStart, nameEnd).equals(entry.rawName)) throw broken('directory and file header name it differently');
  if (zip.readUInt16LE(start + 8) !== entry.method) throw broken('directory and file header disagree about its compression');
  if ((flags & ENCRYPTED) !== 0) throw broken('directory and file header disagree about encryption');
  if ((flags & SIZES_FOLLOW_DATA) === 0) {
    const packed = zip.readUInt32LE(start + 18);
    const unpacked = zip.readUInt32LE(start + 22);
    const agrees = (local: number, central: number): boolean => local === central || local === SIZE_IN_ZIP64;
    if (!agrees(packed, entry.packedBytes) || !agrees(unpacked, entry.unpackedBytes)) {
      throw broken('directory and file header disagree about its size');
    }
  }
  return zip.subarray(dataStart, dataEnd);
}

/** No byte of the archive may serve two entries: that is how a small file claims to hold endless data. */
function requireOwnBytes(zip: Buffer, placed: readonly PlacedEntry[]): void {
  const ranges = placed
    .map(({ entry, packed, path }) => ({ path, start: entry.headerOffset, end: packed.byteOffset - zip.byteOffset + packed.length }))
    .sort((a, b) => a.start - b.start);
  let reached = 0;
  for (const { path, start, end } of ranges) {
    if (start < reached) throw unusablePackage(`The archive is inconsistent at ${quoted(path)}: it shares its bytes with another file.`);
    reached = end;
  }
}

/** Each name once, and nothing below a name that is not a directory: a link could otherwise be written through. */
function requireOneTree(placed: readonly PlacedEntry[]): void {
  const kinds = new Map<string, EntryKind>();
  for (const { path, kind } of placed) {
    const before = kinds.get(path);
    // Some tools write a directory's entry twice, which means the same as once.
    if (before !== undefined && !(before === 'directory' && kind === 'directory')) throw unusablePackage(`The package holds ${quoted(path)} twice.`);
    kinds.set(path, kind);
  }
  for (const { path } of placed) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      const kind = kinds.get(parent);
      if (kind === 'file' || kind === 'link') {
        throw unusablePackage(`The package holds ${quoted(path)} below ${quoted(parent)}, which is not a directory.`);
      }
    }
  }
}
