import type { RowWriter, StoredEvent } from '@windlass/event-store';
import { projectAlias } from '../alias/alias.entity.js';
import { projectDependencyUses } from '../dependency/dependency-use.entity.js';
import { projectTags } from '../function-tag/function-tag.entity.js';
import type { SupersededPackage } from '../code-package/package-history.js';
import type { QuotaChange } from '../quota/quota-usage.js';
import { projectTestEvent } from '../test-event/test-event.entity.js';
import { projectVersion } from '../version/version.entity.js';
import { FunctionRow } from './function.entity.js';
import { ownerOf, type FunctionEvent } from './function.events.js';
import { storedDigest, type FunctionRecord } from './function.state.js';

/** Brings the read models up to the events, which belong to one function. */
export async function projectFunction(rows: RowWriter, events: readonly StoredEvent<FunctionEvent>[]): Promise<void> {
  for (const event of events) {
    await projectDependencyUses(rows, event);
    switch (event.type) {
      case 'FunctionDeleted':
        await rows.delete(FunctionRow, { streamId: event.streamId });
        await projectTags(rows, event);
        await projectTestEvent(rows, event);
        break;
      case 'FunctionCreated':
      case 'FunctionCodeReplaced':
      case 'FunctionConfigReplaced':
      case 'FunctionMaxInstancesChanged':
      case 'FunctionRolledBack':
        await rows.upsert(FunctionRow, rowOf(event, event.data.function), ['streamId']);
        break;
      case 'FunctionTriggersRolledBack':
        break;
      case 'VersionPublished':
      case 'VersionDeleted':
        await projectVersion(rows, event);
        break;
      case 'AliasCreated':
      case 'AliasChanged':
      case 'AliasDeleted':
        await projectAlias(rows, event);
        break;
      case 'FunctionTagsChanged':
        await projectTags(rows, event);
        break;
      case 'TestEventKept':
      case 'TestEventDeleted':
        await projectTestEvent(rows, event);
        break;
      default:
        event satisfies never;
    }
  }
}

function rowOf({ streamId, version: revision }: StoredEvent<FunctionEvent>, record: FunctionRecord): FunctionRow {
  return {
    streamId,
    funcId: record.funcId,
    domainId: record.domainId,
    projectId: record.projectId,
    enterpriseProjectId: record.settings.enterpriseProjectId,
    package: record.package,
    name: record.name,
    revision,
    codeDigest: storedDigest(record.code),
    createdAt: new Date(record.createdAt),
    record,
  };
}

/** What an event takes from its account's quotas, or gives back. Each version counts with all of its code. */
export function quotaChange(event: FunctionEvent): QuotaChange {
  switch (event.type) {
    case 'FunctionCreated':
      return { functions: 1, codeBytes: event.data.function.code.sizeBytes };
    case 'FunctionCodeReplaced':
    case 'FunctionRolledBack':
      return { functions: 0, codeBytes: event.data.function.code.sizeBytes - event.data.replaced.sizeBytes };
    case 'FunctionDeleted':
      return { functions: -1, codeBytes: -event.data.function.code.sizeBytes };
    case 'VersionPublished':
      return { functions: 0, codeBytes: event.data.version.function.code.sizeBytes };
    case 'VersionDeleted':
      return { functions: 0, codeBytes: -event.data.version.function.code.sizeBytes };
    case 'FunctionConfigReplaced':
    case 'FunctionMaxInstancesChanged':
    case 'FunctionTriggersRolledBack':
    case 'AliasCreated':
    case 'AliasChanged':
    case 'AliasDeleted':
    case 'FunctionTagsChanged':
    case 'TestEventKept':
    case 'TestEventDeleted':
      return { functions: 0, codeBytes: 0 };
  }
}

/** The package that an event's function or version stops using, whose it was and when that was. */
export function supersededPackages(event: StoredEvent<FunctionEvent>) {
  const { domainId } = ownerOf(event);
  return superseded(event).map(({ digest, sizeBytes }) => ({ digest, sizeBytes, domainId, at: event.recordedAt }));
}

function superseded(event: FunctionEvent): readonly SupersededPackage[] {
  switch (event.type) {
    case 'FunctionCodeReplaced':
      return [event.data.replaced];
    case 'FunctionRolledBack':
      return event.data.replaced.digest === storedDigest(event.data.function.code) ? [] : [event.data.replaced];
    case 'FunctionDeleted':
      return [stored(event.data.function)];
    case 'VersionDeleted':
      return [stored(event.data.version.function)];
    case 'FunctionCreated':
    case 'FunctionConfigReplaced':
    case 'FunctionMaxInstancesChanged':
    case 'FunctionTriggersRolledBack':
    case 'VersionPublished':
    case 'AliasCreated':
    case 'AliasChanged':
    case 'AliasDeleted':
    case 'FunctionTagsChanged':
    case 'TestEventKept':
    case 'TestEventDeleted':
      return [];
  }
}

/** Packages that an event uses or stops using: they are kept for a while from now on. */
export function touchedDigests(event: FunctionEvent): readonly string[] {
  switch (event.type) {
    case 'FunctionCodeReplaced':
    case 'FunctionRolledBack':
      return [storedDigest(event.data.function.code), event.data.replaced.digest];
    case 'FunctionCreated':
    case 'FunctionDeleted':
      return [storedDigest(event.data.function.code)];
    case 'VersionPublished':
    case 'VersionDeleted':
      return [storedDigest(event.data.version.function.code)];
    case 'FunctionConfigReplaced':
    case 'FunctionMaxInstancesChanged':
    case 'FunctionTriggersRolledBack':
    case 'AliasCreated':
    case 'AliasChanged':
    case 'AliasDeleted':
    case 'FunctionTagsChanged':
    case 'TestEventKept':
    case 'TestEventDeleted':
      return [];
  }
}

function stored({ code }: FunctionRecord): SupersededPackage {
  return { digest: storedDigest(code), sizeBytes: code.sizeBytes };
}
