import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Unusable } from './usage.js';

const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** The Ed25519 public keys of a PEM file. */
export function readKeys(file: string): readonly KeyObject[] {
  const found = textOf(file).match(PEM) ?? [];
  if (found.length === 0) throw new Unusable(`${file} holds no public key in PEM form (-----BEGIN PUBLIC KEY-----).`);
  return found.map((pem) => {
    const key = keyOf(pem, file);
    if (key.asymmetricKeyType !== 'ed25519') throw new Unusable(`${file} holds a key of type ${key.asymmetricKeyType}: checkpoints are signed with Ed25519.`);
    return key;
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Unusable(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function keyOf(pem: string, file: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new Unusable(`${file} holds a public key that is damaged.`);
  }
}
