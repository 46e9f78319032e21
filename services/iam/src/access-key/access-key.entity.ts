import type { Project } from '@windlass/event-store';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { UserRow } from '../user/index.js';
import type { AccessKey, AccessKeyEvent } from './access-key.decider.js';

/** Read model of access keys. */
@Entity({ name: 'access_keys' })
export class AccessKeyRow {
  @PrimaryColumn({ name: 'access_key', type: 'text' })
  accessKey: string;

  @Column({ name: 'user_id', type: 'text' })
  userId: string;

  @ManyToOne(() => UserRow)
  @JoinColumn({ name: 'user_id' })
  user: Relation<UserRow>;

  @Column({ type: 'text' })
  status: 'active' | 'inactive';

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

/** The encrypted secret of an access key. Not a read model: no event holds it, and deleting the row deletes it for good. */
@Entity({ name: 'access_key_secrets' })
export class AccessKeySecretRow {
  @PrimaryColumn({ name: 'access_key', type: 'text' })
  accessKey: string;

  /** As SecretBox seals it. */
  @Column({ name: 'sealed_secret', type: 'bytea' })
  sealedSecret: Buffer;
}

export const projectAccessKey: Project<AccessKey, AccessKeyEvent> = async (manager, events) => {
  for (const event of events) {
    const { accessKey, userId } = event.data;
    await manager.insert(AccessKeyRow, { accessKey, userId, status: 'active', createdAt: event.recordedAt });
  }
};
