import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { UserRow } from '../user/index.js';

/** An issued token, by the hash of its value: whoever reads the table cannot use one. A fact, not event-sourced. */
@Entity({ name: 'tokens' })
export class TokenRow {
  @PrimaryColumn({ name: 'token_hash', type: 'text' })
  tokenHash: string;

  @Column({ name: 'user_id', type: 'text' })
  userId: string;

  @ManyToOne(() => UserRow)
  @JoinColumn({ name: 'user_id' })
  user: Relation<UserRow>;

  /** Null for a token of the whole account. */
  @Column({ name: 'project_id', type: 'text', nullable: true })
  projectId: string | null;

  @Column({ name: 'issued_at', type: 'timestamptz' })
  issuedAt: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date;
}
