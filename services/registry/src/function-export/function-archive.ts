import { packFiles } from '@windlass/function-package';
import { unusablePackage } from '../code-package/package-errors.js';
import { PACKAGE_LIMITS } from '../code-package/package-limits.js';
import { unpackedContent } from '../code-package/unpacked-content.js';
import { readZipDirectory } from '../code-package/zip-directory.js';
import { placeEntries } from '../code-package/zip-layout.js';
import { refusal } from '../refusal.js';
import { LARGEST_DOCUMENT_BYTES } from './function-document.js';

const DOCUMENT = 'function.json';
const CODE = 'code.zip';

/** The file of an export with a configuration: `function.json`, and beside it `code.zip` when there is code. */
export function writeArchive(document: string, code: Buffer | undefined): Promise<Buffer> {
  return packFiles([{ name: DOCUMENT, content: document }, ...(code === undefined ? [] : [{ name: CODE, content: code }])]);
}

export interface FunctionArchive {
  readonly document: string;
  readonly code: Buffer;
}

/**
 * Reads such a file, whoever made it. FSS.1011 when it is damaged or no zip, FSS.1022 when it holds anything but the two,
 * FSS.1012 without code, FSS.1023 when one of them is too large.
 */
export async function readArchive(zip: Buffer): Promise<FunctionArchive> {
  const parts = new Map<string, Buffer>();
  const limits = { ...PACKAGE_LIMITS, unpackedBytes: PACKAGE_LIMITS.packedBytes + LARGEST_DOCUMENT_BYTES };
  for (const entry of placeEntries(zip, await readZipDirectory(zip, 100), limits)) {
    if (entry.kind !== 'file' || (entry.path !== DOCUMENT && entry.path !== CODE) || parts.has(entry.path)) {
      throw refusal('invalid', 'FSS.1022', 'IMPORT_LAYOUT_INVALID', `The file holds ${JSON.stringify(entry.path.slice(0, 80))}. Of an export there are ${DOCUMENT} and ${CODE}, once each.`);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of unpackedContent(entry)) chunks.push(chunk);
    parts.set(entry.path, Buffer.concat(chunks));
  }
  const [document, code] = [parts.get(DOCUMENT), parts.get(CODE)];
  if (document === undefined) throw unusablePackage(`The file is no export of a function: it has no ${DOCUMENT}.`);
  if (document.length > LARGEST_DOCUMENT_BYTES) {
    throw refusal('invalid', 'FSS.1023', 'IMPORT_TOO_LARGE', `${DOCUMENT} has ${document.length} bytes; ${LARGEST_DOCUMENT_BYTES} are allowed.`);
  }
  if (code === undefined) throw refusal('invalid', 'FSS.1012', 'CODE_MISSING', `The file has no ${CODE}: export configuration and code together.`);
  return { document: document.toString('utf8'), code };
}
