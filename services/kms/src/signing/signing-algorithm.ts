import type { KeySpec } from '../key/index.js';
import { invalidField } from '../refusal.js';

export type SignatureHash = 'sha256' | 'sha384' | 'sha512';

export interface SigningScheme {
  readonly kind: 'pss' | 'pkcs1' | 'ecdsa';
  readonly hash: SignatureHash;
}

export const HASH_BYTES: Readonly<Record<SignatureHash, number>> = { sha256: 32, sha384: 48, sha512: 64 };

const RSA_SCHEMES: Readonly<Record<string, SigningScheme>> = {
  RSASSA_PSS_SHA_256: { kind: 'pss', hash: 'sha256' },
  RSASSA_PSS_SHA_384: { kind: 'pss', hash: 'sha384' },
  RSASSA_PSS_SHA_512: { kind: 'pss', hash: 'sha512' },
  RSASSA_PKCS1_V1_5_SHA_256: { kind: 'pkcs1', hash: 'sha256' },
  RSASSA_PKCS1_V1_5_SHA_384: { kind: 'pkcs1', hash: 'sha384' },
  RSASSA_PKCS1_V1_5_SHA_512: { kind: 'pkcs1', hash: 'sha512' },
};

/** The signing algorithms of each kind of key, under their documented names. A curve goes with the hash of its own strength. */
const SCHEMES: Readonly<Record<KeySpec, Readonly<Record<string, SigningScheme>>>> = {
  AES_256: {},
  ED25519: {},
  RSA_2048: RSA_SCHEMES,
  RSA_3072: RSA_SCHEMES,
  RSA_4096: RSA_SCHEMES,
  EC_P256: { ECDSA_SHA_256: { kind: 'ecdsa', hash: 'sha256' } },
  EC_P384: { ECDSA_SHA_384: { kind: 'ecdsa', hash: 'sha384' } },
};

/** Fails with KMS.0308 for an algorithm that is none of the key's, naming those that are. */
export function schemeOf(spec: KeySpec, algorithm: string): SigningScheme {
  const schemes = SCHEMES[spec];
  const scheme = Object.hasOwn(schemes, algorithm) ? schemes[algorithm] : undefined;
  if (scheme === undefined) throw invalidField('signing_algorithm', `is one of ${Object.keys(schemes).join(', ')} for a key of spec ${spec}`);
  return scheme;
}
