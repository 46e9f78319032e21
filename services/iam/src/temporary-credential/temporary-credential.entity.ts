import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A credential for signed requests that ends by itself, encrypted as those of access keys are; of its security token the
 * hash. A fact, not event-sourced.
 */
@Entity({ name: 'temporary_credentials' })
export class TemporaryCredentialRow {
  @PrimaryColumn({ name: 'access_key', type: 'text' })
  accessKey: string;

  /** Whose it is, or who acts through the agency; null when a cloud service does. */
  @Column({ name: 'user_id', type: 'text', nullable: true })
  userId: string | null;

  /** Null for a credential of the user itself. */
  @Column({ name: 'agency_id', type: 'text', nullable: true })
  agencyId: string | null;

  /** As SecretBox seals it. */
  @Column({ name: 'sealed_secret', type: 'bytea' })
  sealedSecret: Buffer;

  @Column({ name: 'token_hash', type: 'text' })
  tokenHash: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date;
}
