import type { EventMetadata, EventStore } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import { accessKey, accessKeyStream } from './access-key.decider.js';
import { AccessKeyRow, AccessKeySecretRow, AccessKeyUseRow, projectAccessKey } from './access-key.entity.js';

interface Deletion {
  readonly domainId: string;
  readonly metadata: EventMetadata;
}

/** Deletes a key and, for good, its secret, in the caller's transaction. */
export async function deleteAccessKey(store: EventStore, manager: EntityManager, key: string, { domainId, metadata }: Deletion): Promise<void> {
  await store.executeIn(manager, {
    streamId: accessKeyStream(key),
    tenant: domainId,
    decider: accessKey,
    command: { type: 'DeleteAccessKey' },
    metadata,
    project: projectAccessKey,
  });
  await manager.delete(AccessKeySecretRow, key);
  await manager.delete(AccessKeyUseRow, key);
}

/** Deletes the keys of a user, in the transaction that deletes it. */
export async function deleteAccessKeysOf(store: EventStore, manager: EntityManager, deletion: Deletion & { readonly userId: string }): Promise<void> {
  for (const { accessKey: key } of await manager.findBy(AccessKeyRow, { userId: deletion.userId })) await deleteAccessKey(store, manager, key, deletion);
}
