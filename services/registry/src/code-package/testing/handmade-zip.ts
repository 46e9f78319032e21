import { crc32, deflateRawSync } from 'node:zlib';

/** One entry, written byte by byte so that a test can lie in any field. */
export interface HandmadeEntry {
  name: string | Buffer;
  content?: string | Buffer;
  method?: number;
  /** Unix mode with type bits. */
  mode?: number;
  /** Host of "version made by": 3 is unix, 0 is DOS. */
  host?: number;
  flags?: number;
  crc32?: number;
  declaredBytes?: number;
  localName?: string;
  localMethod?: number;
  localFlags?: number;
  localDeclaredBytes?: number;
  /** Points the directory at another entry's local header. */
  headerOf?: number;
  extra?: Buffer;
}

export const SCRIPT = '#!/bin/bash\nexec node server.js\n';

/** The entry of a start file that works. */
export function bootstrap(entry: Partial<HandmadeEntry> = {}): HandmadeEntry {
  return { name: 'bootstrap', content: SCRIPT, mode: 0o100755, ...entry };
}

export function handmadeZip(entries: readonly HandmadeEntry[], lie: { count?: number; tail?: Buffer } = {}): Buffer {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  let position = 0;
  const add = (part: Buffer): void => {
    parts.push(part);
    position += part.length;
  };

  const prepared = entries.map((entry) => {
    const content = Buffer.from(entry.content ?? '');
    const method = entry.method ?? 0;
    const packed = method === 8 ? deflateRawSync(content) : content;
    return { entry, method, packed, checksum: entry.crc32 ?? crc32(content), unpacked: entry.declaredBytes ?? content.length };
  });

  for (const { entry, method, packed, checksum, unpacked } of prepared) {
    offsets.push(position);
    const name = Buffer.from(entry.localName ?? entry.name);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(20, 4);
    header.writeUInt16LE(entry.localFlags ?? entry.flags ?? 0x800, 6);
    header.writeUInt16LE(entry.localMethod ?? method, 8);
    header.writeUInt32LE(checksum, 14);
    header.writeUInt32LE(packed.length, 18);
    header.writeUInt32LE(entry.localDeclaredBytes ?? unpacked, 22);
    header.writeUInt16LE(name.length, 26);
    add(header);
    add(name);
    add(packed);
  }

  const directoryOffset = position;
  prepared.forEach(({ entry, method, packed, checksum, unpacked }, index) => {
    const name = Buffer.from(entry.name);
    const extra = entry.extra ?? Buffer.alloc(0);
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(((entry.host ?? 3) << 8) | 20, 4);
    header.writeUInt16LE(20, 6);
    header.writeUInt16LE(entry.flags ?? 0x800, 8);
    header.writeUInt16LE(method, 10);
    header.writeUInt32LE(checksum, 16);
    header.writeUInt32LE(packed.length, 20);
    header.writeUInt32LE(unpacked, 24);
    header.writeUInt16LE(name.length, 28);
    header.writeUInt16LE(extra.length, 30);
    header.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
    header.writeUInt32LE(offsets[entry.headerOf ?? index] ?? 0, 42);
    add(header);
    add(name);
    add(extra);
  });

  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(lie.count ?? entries.length, 8);
  end.writeUInt16LE(lie.count ?? entries.length, 10);
  end.writeUInt32LE(position - directoryOffset, 12);
  end.writeUInt32LE(directoryOffset, 16);
  add(end);
  if (lie.tail !== undefined) add(lie.tail);
  return Buffer.concat(parts);
}

/** An archive of one file whose directory lists it very often, in the zip64 form; `counted` is how often the archive says. */
export function crowdedZip(entries: number, counted = entries): Buffer {
  const zip = handmadeZip([bootstrap()]);
  const [offset, length] = [zip.readUInt32LE(zip.length - 6), zip.readUInt32LE(zip.length - 10)];
  const directory = Buffer.alloc(length * entries, zip.subarray(offset, offset + length));
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  for (const at of [24, 32]) end.writeBigUInt64LE(BigInt(counted), at);
  end.writeBigUInt64LE(BigInt(directory.length), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(offset + directory.length), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(0x06054b50, 76);
  end.fill(0xff, 84, 96);
  return Buffer.concat([zip.subarray(0, offset), directory, end]);
}

/** The first bytes of a program for the given processor (ELF e_machine). */
export function elfHeader(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(machine, 18);
  return header;
}
