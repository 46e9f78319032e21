import { crc32 } from 'node:zlib';
import { BOOTSTRAP } from './bootstrap-file.js';

const LOCAL_HEADER_BYTES = 30;
const DIRECTORY_ENTRY_BYTES = 46;
const END_BYTES = 22;
const VERSION = 20;
const UNIX = 3;
const EXECUTABLE_FILE = 0o100755;
// 1980-01-01, the beginning of zip time: equal source gives an equal package, and so an equal digest.
const DATE = 0x0021;

/**
 * A package whose only file is `bootstrap` with the given text, so that inline code is stored and run like any other. The
 * file is not compressed: see `unpackInline`.
 */
export function packInline(source: Buffer): Buffer {
  const name = Buffer.from(BOOTSTRAP);
  const checksum = crc32(source);

  const local = Buffer.alloc(LOCAL_HEADER_BYTES);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(VERSION, 4);
  local.writeUInt16LE(DATE, 12);
  local.writeUInt32LE(checksum, 14);
  local.writeUInt32LE(source.length, 18);
  local.writeUInt32LE(source.length, 22);
  local.writeUInt16LE(name.length, 26);

  const directory = Buffer.alloc(DIRECTORY_ENTRY_BYTES);
  directory.writeUInt32LE(0x02014b50, 0);
  directory.writeUInt16LE((UNIX << 8) | VERSION, 4);
  directory.writeUInt16LE(VERSION, 6);
  directory.writeUInt16LE(DATE, 14);
  directory.writeUInt32LE(checksum, 16);
  directory.writeUInt32LE(source.length, 20);
  directory.writeUInt32LE(source.length, 24);
  directory.writeUInt16LE(name.length, 28);
  directory.writeUInt32LE((EXECUTABLE_FILE << 16) >>> 0, 38);

  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + source.length, 16);

  return Buffer.concat([local, name, source, directory, name, end]);
}

/** The text that `packInline` put into a package. */
export function unpackInline(zip: Buffer): Buffer {
  const start = LOCAL_HEADER_BYTES + BOOTSTRAP.length;
  return zip.subarray(start, start + zip.readUInt32LE(22));
}
