import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The hash of a user's password. Not a read model: no event holds it, and deleting the row deletes it for good. */
@Entity({ name: 'user_passwords' })
export class PasswordRow {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId: string;

  @Column({ type: 'text' })
  hash: string;

  @Column({ name: 'set_at', type: 'timestamptz' })
  setAt: Date;
}

/** Failed log-ins: facts, a bounded row a user, so that guessing cannot grow anything. */
@Entity({ name: 'log_in_failures' })
export class LogInFailuresRow {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId: string;

  @Column({ name: 'failed_at', type: 'timestamptz', array: true })
  failedAt: Date[];

  @Column({ name: 'locked_until', type: 'timestamptz', nullable: true })
  lockedUntil: Date | null;
}
