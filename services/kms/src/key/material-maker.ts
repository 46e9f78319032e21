import { generateKeyPair, randomBytes, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { refusal } from '../refusal.js';
import type { KeySpec } from './key-spec.js';

const generate = promisify(generateKeyPair);
const MATERIAL_BYTES = 32;
const WAITING_ROOM = 32;

/**
 * Makes the material of new keys: 256 random bits, or the private key of a pair as PKCS #8 in DER. Finding primes for RSA
 * takes a processor for seconds, so it happens one pair at a time and a bounded number wait.
 */
export class MaterialMaker {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly room = WAITING_ROOM) {}

  async make(spec: KeySpec): Promise<Buffer> {
    switch (spec) {
      case 'AES_256':
        return randomBytes(MATERIAL_BYTES);
      case 'EC_P256':
        return bytesOf(await generate('ec', { namedCurve: 'P-256' }));
      case 'EC_P384':
        return bytesOf(await generate('ec', { namedCurve: 'P-384' }));
      case 'ED25519':
        return bytesOf(await generate('ed25519'));
      case 'RSA_2048':
        return this.inTurn(2048);
      case 'RSA_3072':
        return this.inTurn(3072);
      case 'RSA_4096':
        return this.inTurn(4096);
      default:
        return spec satisfies never;
    }
  }

  private async inTurn(modulusLength: number): Promise<Buffer> {
    if (this.waiting >= this.room) {
      throw refusal('throttled', 'KMS.0102', 'TOO_MANY_KEY_PAIRS', `${this.room} RSA key pairs are being made already. Try again in a moment.`);
    }
    this.waiting += 1;
    const pair = this.last.then(() => generate('rsa', { modulusLength }));
    this.last = pair.catch(() => undefined);
    try {
      return bytesOf(await pair);
    } finally {
      this.waiting -= 1;
    }
  }
}

function bytesOf({ privateKey }: { privateKey: KeyObject }): Buffer {
  return privateKey.export({ type: 'pkcs8', format: 'der' });
}
