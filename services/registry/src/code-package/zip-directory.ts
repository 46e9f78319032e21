import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { unusablePackage } from './package-errors.js';

/** One entry of the archive's central directory, its raw parts decoded once and for all. */
export interface ZipEntry {
  readonly name: string;
  readonly rawName: Buffer;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc32: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly headerOffset: number;
  /** Unix mode with type bits, 0 when the archive tells none. */
  readonly mode: number;
  /** Whether a unix tool made the entry, so that its permissions were meant. */
  readonly madeOnUnix: boolean;
}

export interface ZipDirectory {
  readonly entries: readonly ZipEntry[];
  /** Where file data must end. */
  readonly offset: number;
}

const UNIX_HOSTS = new Set([3, 19]);
const UNICODE_PATH = 0x7075;
const END_OF_DIRECTORY = new Set([0x06054b50, 0x06064b50]);

/** Reads the central directory, at most `limit` entries of it. The archive's own promises (sizes, offsets) are not yet checked. */
export async function readZipDirectory(zip: Buffer, limit: number): Promise<ZipDirectory> {
  const file = await open(zip);
  if (file.entryCount > limit) throw unusablePackage(`The package holds ${file.entryCount} files and directories; ${limit} are allowed.`);
  const offset = cursorOf(file);
  const entries: ZipEntry[] = [];
  await new Promise<void>((resolve, reject) => {
    file.on('error', (error: Error) => reject(notAnArchive(error)));
    file.on('end', resolve);
    file.on('entry', (entry: Entry) => {
      try {
        entries.push(decode(entry));
        file.readEntry();
      } catch (error) {
        reject(error as Error);
      }
    });
    file.readEntry();
  });
  const end = cursorOf(file);
  if (end + 4 > zip.length || !END_OF_DIRECTORY.has(zip.readUInt32LE(end))) {
    throw unusablePackage('The package is not a usable zip archive: its directory lists other files than it counts.');
  }
  return { entries, offset };
}

/** Where the next directory entry begins. The type declaration calls this number boolean. */
function cursorOf(file: ZipFile): number {
  return file.readEntryCursor as unknown as number;
}

function open(zip: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromBuffer(zip, { lazyEntries: true, decodeStrings: false, validateEntrySizes: false }, (error, file) => {
      if (error === null) resolve(file);
      else reject(notAnArchive(error));
    });
  });
}

function decode(entry: Entry): ZipEntry {
  // With decodeStrings off, names come as the bytes in the archive.
  const rawName = entry.fileName as unknown as Buffer;
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(rawName);
  } catch {
    throw unusablePackage(`The package names a file in another encoding than UTF-8: ${rawName.toString('latin1').slice(0, 120)}.`);
  }
  // A second name in an extra field would let two tools unpack two different files.
  const unicodePath = entry.extraFields.find((field) => field.id === UNICODE_PATH)?.data.subarray(5);
  if (unicodePath !== undefined && !unicodePath.equals(rawName)) throw unusablePackage('The package gives one file two names.');
  return {
    name,
    rawName,
    method: entry.compressionMethod,
    encrypted: entry.isEncrypted(),
    crc32: entry.crc32,
    packedBytes: entry.compressedSize,
    unpackedBytes: entry.uncompressedSize,
    headerOffset: entry.relativeOffsetOfLocalHeader,
    mode: entry.externalFileAttributes >>> 16,
    madeOnUnix: UNIX_HOSTS.has(entry.versionMadeBy >>> 8),
  };
}

function notAnArchive(error: Error): Error {
  return unusablePackage(`The package is not a usable zip archive: ${error.message}`);
}
