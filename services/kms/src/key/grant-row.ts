import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { GrantableOperation, GranteeType, KeyGrant } from './key-grants.js';

/** A grant that holds. Those of a key go with it. */
@Entity({ schema: 'kms', name: 'key_grants' })
export class GrantRow implements KeyGrant {
  @PrimaryColumn({ type: 'text' })
  id: string;

  @Column({ type: 'uuid', name: 'key_id' })
  keyId: string;

  @Column({ type: 'text' })
  grantee: string;

  @Column({ type: 'text', name: 'grantee_type' })
  granteeType: GranteeType;

  @Column({ type: 'text', array: true })
  operations: GrantableOperation[];

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  issuer: string;

  @Column({ type: 'text' })
  retiring: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}
