import { createHash, randomBytes } from 'node:crypto';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Invitations by the hash of their token, which no event holds: so they are not made again from events. */
@Entity({ name: 'invitations' })
export class InvitationRow {
  @PrimaryColumn({ type: 'text' })
  id: string;

  @Column({ name: 'token_hash', type: 'text' })
  tokenHash: string;

  @Column({ type: 'text' })
  note: string;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date;

  /** Id of the account it was used for. */
  @Column({ name: 'used_by', type: 'text', nullable: true })
  usedBy: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

const TOKEN_BYTES = 32;

export function newInvitationToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Tokens are random, so a plain hash of one cannot be turned back. */
export function hashInvitationToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
