import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { AgencyRow } from '../agency/index.js';
import { UserRow } from '../user/index.js';

/** How a token was got. */
export type TokenMethod = 'password' | 'token' | 'assume_role';

/** An issued token, by the hash of its value: whoever reads the table cannot use one. A fact, not event-sourced. */
@Entity({ name: 'tokens' })
export class TokenRow {
  @PrimaryColumn({ name: 'token_hash', type: 'text' })
  tokenHash: string;

  /** Whose it is, or who acts through the agency; null when a cloud service does. */
  @Column({ name: 'user_id', type: 'text', nullable: true })
  userId: string | null;

  @ManyToOne(() => UserRow)
  @JoinColumn({ name: 'user_id' })
  user: Relation<UserRow> | null;

  /** Null for a token of the user itself. */
  @Column({ name: 'agency_id', type: 'text', nullable: true })
  agencyId: string | null;

  @ManyToOne(() => AgencyRow)
  @JoinColumn({ name: 'agency_id' })
  agency: Relation<AgencyRow> | null;

  /** Null for a token of the whole account. */
  @Column({ name: 'project_id', type: 'text', nullable: true })
  projectId: string | null;

  @Column({ type: 'text', array: true })
  methods: TokenMethod[];

  @Column({ name: 'issued_at', type: 'timestamptz' })
  issuedAt: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date;
}
