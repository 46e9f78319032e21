import { constants, createHash, privateEncrypt, publicDecrypt, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import { HASH_BYTES, type SignatureHash } from './signing-algorithm.js';

/**
 * RSA signatures over a digest that the caller computed: node signs messages only, so the two encodings of RFC 8017 are made
 * here, and the modular arithmetic is left to OpenSSL.
 */

// DER of DigestInfo up to the digest (RFC 8017, section 9.2, note 1).
const DIGEST_INFO: Readonly<Record<SignatureHash, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};
const TRAILER = 0xbc;

export function signDigestPkcs1(key: KeyObject, hash: SignatureHash, digest: Buffer): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([DIGEST_INFO[hash], digest]));
}

export function verifyDigestPkcs1(key: KeyObject, hash: SignatureHash, digest: Buffer, signature: Buffer): boolean {
  const found = opened(key, signature, constants.RSA_PKCS1_PADDING);
  const expected = Buffer.concat([DIGEST_INFO[hash], digest]);
  return found !== undefined && found.length === expected.length && timingSafeEqual(found, expected);
}

/** The salt is as long as the digest. */
export function signDigestPss(key: KeyObject, hash: SignatureHash, digest: Buffer): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encodePss(modulusBytes(key), hash, digest, randomBytes(HASH_BYTES[hash])));
}

export function verifyDigestPss(key: KeyObject, hash: SignatureHash, digest: Buffer, signature: Buffer): boolean {
  const encoded = opened(key, signature, constants.RSA_NO_PADDING);
  return encoded?.length === modulusBytes(key) && matchesPss(encoded, hash, digest);
}

function opened(key: KeyObject, signature: Buffer, padding: number): Buffer | undefined {
  if (signature.length !== modulusBytes(key)) return undefined;
  try {
    return publicDecrypt({ key, padding }, signature);
  } catch {
    return undefined;
  }
}

/** EMSA-PSS (RFC 8017, section 9.1) for moduli of whole bytes: the encoded message is one bit shorter than the modulus. */
function encodePss(length: number, hash: SignatureHash, digest: Buffer, salt: Buffer): Buffer {
  const digestOfAll = pssDigest(hash, digest, salt);
  const block = Buffer.alloc(length - digestOfAll.length - 1);
  block[block.length - salt.length - 1] = 1;
  salt.copy(block, block.length - salt.length);
  mask(block, hash, digestOfAll);
  block[0]! &= 0x7f;
  return Buffer.concat([block, digestOfAll, Buffer.of(TRAILER)]);
}

function matchesPss(encoded: Buffer, hash: SignatureHash, digest: Buffer): boolean {
  const size = HASH_BYTES[hash];
  const block = Buffer.from(encoded.subarray(0, encoded.length - size - 1));
  const digestOfAll = encoded.subarray(block.length, block.length + size);
  if (encoded.at(-1) !== TRAILER || (block[0]! & 0x80) !== 0) return false;
  mask(block, hash, digestOfAll);
  block[0]! &= 0x7f;
  const saltAt = block.length - size;
  if (block[saltAt - 1] !== 1 || block.subarray(0, saltAt - 1).some((byte) => byte !== 0)) return false;
  return timingSafeEqual(digestOfAll, pssDigest(hash, digest, block.subarray(saltAt)));
}

function pssDigest(hash: SignatureHash, digest: Buffer, salt: Buffer): Buffer {
  return createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
}

/** Adds MGF1 of the seed to the block, in place. */
function mask(block: Buffer, hash: SignatureHash, seed: Buffer): void {
  for (let at = 0, counter = 0; at < block.length; at += HASH_BYTES[hash], counter++) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const part = createHash(hash).update(seed).update(count).digest();
    for (let index = 0; index < part.length && at + index < block.length; index++) block[at + index]! ^= part[index]!;
  }
}

function modulusBytes(key: KeyObject): number {
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
}
