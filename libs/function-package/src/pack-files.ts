import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

export interface PackageFile {
  /** Path inside the package, with forward slashes. */
  readonly name: string;
  readonly content: Buffer | string;
  readonly executable?: boolean;
}

// Fixed, so that the same files give the same package and the same digest.
const TIME_STAMP = new Date('2026-01-01T00:00:00Z');

/** A zip of these files in this order, with unix modes 0755 and 0644. */
export async function packFiles(files: readonly PackageFile[]): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const { name, content, executable = false } of files) {
    zip.addBuffer(Buffer.from(content), name, { mtime: TIME_STAMP, mode: executable ? 0o100755 : 0o100644 });
  }
  zip.end();
  return buffer(zip.outputStream);
}
