import { Injectable } from '@nestjs/common';
import { LessThan, type EntityManager } from 'typeorm';
import { newKeyPair, SecretBox, type KeyPair } from '../access-key/index.js';
import { hashToken, newTokenValue } from '../token/index.js';
import { TemporaryCredentialRow } from './temporary-credential.entity.js';

export interface CredentialHolder {
  readonly userId: string | null;
  readonly agencyId: string | null;
}

/** The whole credential: the service keeps nothing of it that can be read. */
export interface IssuedCredential extends KeyPair {
  readonly securityToken: string;
  readonly expiresAt: Date;
}

// Long enough to tell a client that its credential has expired and not that there never was one.
const REMEMBERED_MS = 24 * 60 * 60_000;

@Injectable()
export class CredentialIssuer {
  constructor(private readonly secrets: SecretBox) {}

  async issue(manager: EntityManager, holder: CredentialHolder, { now, expiresAt }: { readonly now: Date; readonly expiresAt: Date }): Promise<IssuedCredential> {
    const pair = newKeyPair();
    const securityToken = newTokenValue();
    // Whoever asks for a credential clears away those that ended long ago, so the table holds two days of them at most.
    await manager.delete(TemporaryCredentialRow, { expiresAt: LessThan(new Date(now.getTime() - REMEMBERED_MS)) });
    await manager.insert(TemporaryCredentialRow, {
      ...holder,
      accessKey: pair.accessKey,
      sealedSecret: this.secrets.seal(pair.secretKey, pair.accessKey),
      tokenHash: hashToken(securityToken),
      createdAt: now,
      expiresAt,
    });
    return { ...pair, securityToken, expiresAt };
  }
}
