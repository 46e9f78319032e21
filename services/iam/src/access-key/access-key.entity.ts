import type { RowProjection } from '@windlass/event-store';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { UserRow } from '../user/index.js';
import type { AccessKeyEvent } from './access-key.decider.js';

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

  @Column({ type: 'text' })
  description: string;

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

/** When a key was last used, to the quarter of an hour. A fact, not event-sourced. */
@Entity({ name: 'access_key_uses' })
export class AccessKeyUseRow {
  @PrimaryColumn({ name: 'access_key', type: 'text' })
  accessKey: string;

  @Column({ name: 'used_at', type: 'timestamptz' })
  usedAt: Date;
}

export const projectAccessKey: RowProjection<AccessKeyEvent> = async (rows, events) => {
  for (const event of events) {
    const { accessKey } = event.data;
    switch (event.type) {
      case 'AccessKeyCreated':
        await rows.insert(AccessKeyRow, { accessKey, userId: event.data.userId, status: 'active', description: '', createdAt: event.recordedAt });
        break;
      case 'AccessKeyDescribed':
        await rows.update(AccessKeyRow, accessKey, { description: event.data.description });
        break;
      case 'AccessKeyActivated':
        await rows.update(AccessKeyRow, accessKey, { status: 'active' });
        break;
      case 'AccessKeyDeactivated':
        await rows.update(AccessKeyRow, accessKey, { status: 'inactive' });
        break;
      case 'AccessKeyDeleted':
        await rows.delete(AccessKeyRow, accessKey);
        break;
      default:
        event satisfies never;
    }
  }
};
