import type { FuncCode } from '@windlass/contracts/registry/v1/function';
import { refusal } from '../refusal.js';
import { PACKAGE_LIMITS } from './package-limits.js';
import { packageTooLarge } from './package-errors.js';

export type CodeType = 'zip' | 'inline';

/** Code as a request brings it, decoded but not yet looked into. */
export interface UploadedCode {
  readonly type: CodeType;
  readonly filename: string;
  readonly content: Buffer;
}

/** The code fields that creating a function and replacing its code have in common. */
export interface CodeFields {
  readonly code_type: string;
  readonly code_url: string;
  readonly code_filename: string;
  readonly func_code: FuncCode | undefined;
}

/** Reads the code of a request. FSS.1006 for a type that cannot be used here, FSS.1012 without code, FSS.1071 when too large. */
export function readUploadedCode(fields: CodeFields): UploadedCode {
  const type = codeType(fields.code_type);
  if (fields.code_url !== '' || (fields.func_code?.link ?? '') !== '') {
    throw refusal(
      'invalid',
      'FSS.1010',
      'CODE_URL_UNAVAILABLE',
      'This installation downloads no code. Send the package in func_code.file and leave code_url and func_code.link out.',
    );
  }
  if (fields.code_filename.length > 255 || fields.code_filename.includes('\0')) {
    throw refusal('invalid', 'FSS.0400', 'CODE_FILENAME_INVALID', 'code_filename has at most 255 characters.');
  }
  const file = fields.func_code?.file ?? '';
  if (file === '') {
    const what = type === 'zip' ? 'the Base64 of a zip package with a file bootstrap at its root' : 'the Base64 of the text of the bootstrap file';
    throw refusal('invalid', 'FSS.1012', 'CODE_MISSING', `func_code.file is missing. Send ${what}.`);
  }
  const content = decodeBase64('func_code.file', file);
  if (content.length > PACKAGE_LIMITS.packedBytes) throw packageTooLarge(PACKAGE_LIMITS.packedBytes);
  return { type, filename: fields.code_filename, content };
}

function codeType(text: string): CodeType {
  switch (text) {
    case 'zip':
    case 'inline':
      return text;
    case '':
      throw badType('code_type is missing. Use zip or inline.');
    case 'jar':
      throw badType('HTTP functions take no bare jar. Put the jar and a bootstrap that starts it into a zip package and use code_type zip.');
    case 'obs':
      throw badType('This installation has no object storage to fetch code from. Use code_type zip and send the package in func_code.file.');
    case 'Custom-Image-Swr':
      throw badType('This installation runs code packages, not container images. Use code_type zip.');
    default:
      throw badType(`code_type ${JSON.stringify(text.slice(0, 60))} is not known. Use zip or inline.`);
  }
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
