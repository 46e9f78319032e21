import type { FuncCode } from '@windlass/contracts/registry/v1/function';
import { refusal } from '../refusal.js';
import { PACKAGE_LIMITS } from './package-limits.js';
import { packageTooLarge } from './package-errors.js';

export type CodeType = 'zip' | 'inline' | 'jar' | 'obs';

/** Code as a request brings it, decoded but not yet looked into; or where it is to be fetched from. */
export type UploadedCode =
  | { readonly type: Exclude<CodeType, 'obs'>; readonly filename: string; readonly content: Buffer }
  | { readonly type: 'obs'; readonly filename: string; readonly url: string };

/** The code fields that creating a function and replacing its code have in common. */
export interface CodeFields {
  readonly code_type: string;
  readonly code_url: string;
  readonly code_filename: string;
  readonly func_code: FuncCode | undefined;
}

/** Reads the code of a request. FSS.1006 for a type that cannot be used here, FSS.1010 for a URL too many or none, FSS.1012 without code, FSS.1071 when too large. */
export function readUploadedCode(fields: CodeFields): UploadedCode {
  const type = codeType(fields.code_type);
  const { code_filename: filename } = fields;
  if (filename.length > 255 || filename.includes('\0')) {
    throw refusal('invalid', 'FSS.0400', 'CODE_FILENAME_INVALID', 'code_filename has at most 255 characters.');
  }
  const { file = '', link = '' } = fields.func_code ?? {};
  const url = fields.code_url || link;
  if (type === 'obs') {
    if (url === '') throw badUrl('code_url is missing. Send the URL of the package in a bucket.');
    if (file !== '') throw badUrl('func_code.file and code_url both bring code. Send the one that code_type says: with obs it is code_url.');
    return { type, filename, url };
  }
  if (url !== '') throw badUrl(`With code_type ${type} the code comes in func_code.file. Leave code_url and func_code.link out, or use code_type obs.`);
  if (file === '') {
    const what = type === 'inline' ? 'the Base64 of the text of the bootstrap file' : `the Base64 of a ${type} package with a file bootstrap at its root`;
    throw refusal('invalid', 'FSS.1012', 'CODE_MISSING', `func_code.file is missing. Send ${what}.`);
  }
  const content = decodeBase64('func_code.file', file);
  if (content.length > PACKAGE_LIMITS.packedBytes) throw packageTooLarge(PACKAGE_LIMITS.packedBytes);
  return { type, filename, content };
}

function codeType(text: string): CodeType {
  switch (text) {
    case 'zip':
    case 'inline':
    case 'jar':
    case 'obs':
      return text;
    case '':
      throw badType('code_type is missing. Use zip, inline, jar or obs.');
    case 'Custom-Image-Swr':
      throw badType('This installation runs code packages, not container images. Use code_type zip.');
    default:
      throw badType(`code_type ${JSON.stringify(text.slice(0, 60))} is not known. Use zip, inline, jar or obs.`);
  }
}

function badUrl(message: string): Error {
  return refusal('invalid', 'FSS.1010', 'CODE_URL_INVALID', message);
}

function badType(message: string): Error {
  return refusal('invalid', 'FSS.1006', 'CODE_TYPE_INVALID', message);
}

/** Node decodes leniently and drops what it does not know, so the length tells whether the text was Base64. Line breaks are common and allowed. */
export function decodeBase64(field: string, text: string): Buffer {
  const compact = /\s/.test(text) ? text.replace(/\s+/g, '') : text;
  const digits = compact.replace(/={1,2}$/, '').length;
  const content = Buffer.from(compact, 'base64');
  if (digits % 4 === 1 || content.length !== Math.floor((digits * 3) / 4)) {
    throw refusal('invalid', 'FSS.1011', 'CODE_INVALID', `${field} is not Base64.`);
  }
  return content;
}
