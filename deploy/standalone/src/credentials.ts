import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writePrivateFile } from './data-directory.js';

/** One account's way in, as credentials.json tells it. */
export interface AccountCredentials {
  readonly domain: string;
  readonly domain_id: string;
  readonly user: string;
  readonly password: string;
  readonly access_key: string;
  readonly secret_key: string;
  readonly project_id: string;
}

/** credentials.json: what a person or a program needs to use this deployment. */
export interface Credentials {
  readonly api: string;
  readonly gateway: string;
  readonly grpc: string;
  readonly region: string;
  readonly admin: AccountCredentials;
  readonly demo: AccountCredentials & { readonly function_urn: string; readonly url: string };
}

/** Secrets of the two first accounts. Written before the accounts are made, so that a crash in between loses nothing. */
export interface SeedSecrets {
  readonly admin: Secrets;
  readonly demo: Secrets;
}

export interface Secrets {
  readonly password: string;
  readonly access_key: string;
  readonly secret_key: string;
}

export function readOrMakeSeedSecrets(file: string): SeedSecrets {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as SeedSecrets;
  const secrets = { admin: makeSecrets(), demo: makeSecrets() };
  writePrivateFile(file, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

export function writeCredentials(file: string, credentials: Credentials): void {
  writePrivateFile(file, `${JSON.stringify(credentials, null, 2)}\n`);
}

const UPPER_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LETTERS_AND_DIGITS = `${UPPER_AND_DIGITS}abcdefghijklmnopqrstuvwxyz`;

function makeSecrets(): Secrets {
  // The prefix gives the password the character classes a policy may ask for; the randomness stands behind it.
  return { password: `Wl-${randomBytes(15).toString('base64url')}7`, access_key: pick(UPPER_AND_DIGITS, 20), secret_key: pick(LETTERS_AND_DIGITS, 40) };
}

function pick(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
