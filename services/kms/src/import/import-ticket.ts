import type { WindlassError } from '@windlass/errors';
import type { KeyMaterial, KeyRow } from '../key/index.js';
import { refusal } from '../refusal.js';

/**
 * An import token: the private key that unwraps the material, sealed under the root key for one key and until a time. Nothing
 * of it is kept here, so tokens cost nothing that anybody could use up.
 *
 *     byte   0        format: 1
 *            1 – 16   id of the key
 *           17 – 24   when it ends, milliseconds since 1970, big-endian
 *           25 –      nonce, private key under AES-256-GCM, tag
 */
const FORMAT = 1;
const ENDS_AT = 17;
const SEALED_AT = 25;
/** More than any token has, and less than it takes to hurt. */
const LONGEST_TEXT = 8192;

type Owner = Pick<KeyRow, 'id' | 'domainId' | 'projectId'>;

export function importToken(material: KeyMaterial, owner: Owner, endsAt: Date, privateKey: Buffer): string {
  const header = Buffer.alloc(SEALED_AT);
  header.writeUInt8(FORMAT, 0);
  header.write(owner.id.replaceAll('-', ''), 1, 'hex');
  header.writeBigUInt64BE(BigInt(endsAt.getTime()), ENDS_AT);
  return Buffer.concat([header, material.sealTicket(contextOf(owner, header), privateKey)]).toString('base64');
}

/** The private key. KMS.2603 for the token of another key, KMS.2605 for what is none of ours, KMS.2601 when its time has passed. */
export function privateKeyOf(material: KeyMaterial, owner: Owner, token: string, now: Date): Buffer {
  const bytes = token.length <= LONGEST_TEXT && /^[A-Za-z0-9+/]+={0,2}$/.test(token) ? Buffer.from(token, 'base64') : Buffer.alloc(0);
  if (bytes.length <= SEALED_AT || bytes[0] !== FORMAT) throw notOurs();
  const header = bytes.subarray(0, SEALED_AT);
  if (header.toString('hex', 1, ENDS_AT) !== owner.id.replaceAll('-', '')) throw ofAnotherKey();
  const privateKey = material.openTicket(contextOf(owner, header), bytes.subarray(SEALED_AT));
  if (privateKey === undefined) throw notOurs();
  if (header.readBigUInt64BE(ENDS_AT) > BigInt(now.getTime())) return privateKey;
  privateKey.fill(0);
  throw refusal('invalid', 'KMS.2601', 'IMPORT_TOKEN_EXPIRED', 'The import_token has expired. Get new parameters for the import.');
}

function contextOf({ domainId, projectId, id }: Owner, header: Buffer): string[] {
  return ['import', domainId, projectId, id, header.toString('hex')];
}

function notOurs(): WindlassError {
  return refusal('invalid', 'KMS.2605', 'IMPORT_TOKEN_INVALID', 'The import_token is invalid: it was not made here, was altered, or is older than the root key of this platform. Get new parameters for the import.');
}

function ofAnotherKey(): WindlassError {
  return refusal('invalid', 'KMS.2603', 'IMPORT_TOKEN_OF_OTHER_KEY', 'The import_token was made for another key.');
}
