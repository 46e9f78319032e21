import type { StoredEvent } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import type { QuotaChange } from '../quota/quota-usage.js';
import { DEFAULT_ENTERPRISE_PROJECT } from './function-settings.js';
import { FunctionRow } from './function.entity.js';
import type { FunctionEvent } from './function.events.js';

/** Brings the read model up to the events, which belong to one function. */
export async function projectFunction(manager: EntityManager, events: readonly StoredEvent<FunctionEvent>[]): Promise<void> {
  for (const event of events) {
    const { function: record } = event.data;
    switch (event.type) {
      case 'FunctionDeleted':
        await manager.delete(FunctionRow, { streamId: event.streamId });
        break;
      case 'FunctionCreated':
      case 'FunctionCodeReplaced':
      case 'FunctionConfigReplaced':
      case 'FunctionMaxInstancesChanged':
        await manager.upsert(
          FunctionRow,
          {
            streamId: event.streamId,
            funcId: record.funcId,
            domainId: record.domainId,
            projectId: record.projectId,
            // Functions of the first releases name none, which means the default one.
            enterpriseProjectId: record.settings.enterpriseProjectId || DEFAULT_ENTERPRISE_PROJECT,
            package: record.package,
            name: record.name,
            revision: event.version,
            codeDigest: record.code.digest,
            createdAt: new Date(record.createdAt),
            record,
          },
          ['streamId'],
        );
        break;
      default:
        event satisfies never;
    }
  }
}

/** What an event takes from its account's quotas, or gives back. */
export function quotaChange(event: FunctionEvent): QuotaChange {
  const { sizeBytes } = event.data.function.code;
  switch (event.type) {
    case 'FunctionCreated':
      return { functions: 1, codeBytes: sizeBytes };
    case 'FunctionCodeReplaced':
      return { functions: 0, codeBytes: sizeBytes - event.data.replaced.sizeBytes };
    case 'FunctionDeleted':
      return { functions: -1, codeBytes: -sizeBytes };
    case 'FunctionConfigReplaced':
    case 'FunctionMaxInstancesChanged':
      return { functions: 0, codeBytes: 0 };
  }
}

/** Packages that an event uses or stops using: they are kept for a while from now on. */
export function touchedDigests(event: FunctionEvent): readonly string[] {
  switch (event.type) {
    case 'FunctionCodeReplaced':
      return [event.data.function.code.digest, event.data.replaced.digest];
    case 'FunctionCreated':
    case 'FunctionDeleted':
      return [event.data.function.code.digest];
    case 'FunctionConfigReplaced':
    case 'FunctionMaxInstancesChanged':
      return [];
  }
}
