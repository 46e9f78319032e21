import { constants, createPublicKey, sign as signMessage, verify as verifyMessage, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { signDigestEcdsa, verifyDigestEcdsa } from './ecdsa-digest.js';
import { signDigestPkcs1, signDigestPss, verifyDigestPkcs1, verifyDigestPss } from './rsa-digest.js';
import type { SignedMessage } from './signing-request.js';
import type { SigningScheme } from './signing-algorithm.js';

const signAsync = promisify(signMessage);
const verifyAsync = promisify(verifyMessage);

/** Signs the message itself or a digest of it. PSS salts are as long as the digest; ECDSA signatures are DER. */
export async function makeSignature(key: KeyObject, scheme: SigningScheme, { type, bytes }: SignedMessage): Promise<Buffer> {
  if (type === 'RAW') return signAsync(scheme.hash, bytes, { key, ...optionsOf(scheme) });
  switch (scheme.kind) {
    case 'pss':
      return signDigestPss(key, scheme.hash, bytes);
    case 'pkcs1':
      return signDigestPkcs1(key, scheme.hash, bytes);
    case 'ecdsa':
      return signDigestEcdsa(key, bytes);
    default:
      return scheme.kind satisfies never;
  }
}

/** Whether it is a signature of the key, whatever the bytes are. */
export async function checkSignature(privateKey: KeyObject, scheme: SigningScheme, { type, bytes }: SignedMessage, signature: Buffer): Promise<boolean> {
  const key = createPublicKey(privateKey);
  if (type === 'RAW') return verifyAsync(scheme.hash, bytes, { key, ...optionsOf(scheme) }, signature);
  switch (scheme.kind) {
    case 'pss':
      return verifyDigestPss(key, scheme.hash, bytes, signature);
    case 'pkcs1':
      return verifyDigestPkcs1(key, scheme.hash, bytes, signature);
    case 'ecdsa':
      return verifyDigestEcdsa(key, bytes, signature);
    default:
      return scheme.kind satisfies never;
  }
}

function optionsOf({ kind }: SigningScheme): { padding?: number; saltLength?: number } {
  switch (kind) {
    case 'pss':
      return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    case 'pkcs1':
      return { padding: constants.RSA_PKCS1_PADDING };
    case 'ecdsa':
      return {};
    default:
      return kind satisfies never;
  }
}
