import type { RowWriter, StoredEvent } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FunctionEvent } from '../function/function.events.js';
import type { FunctionRecord } from '../function/function.state.js';
import { LATEST } from '../function/function-urn.js';

/** Read model of which version of which function uses which version of a dependency. */
@Entity({ name: 'dependency_uses' })
export class DependencyUseRow {
  @PrimaryColumn({ name: 'version_id', type: 'text' })
  versionId: string;

  @PrimaryColumn({ name: 'func_id', type: 'text' })
  funcId: string;

  /** "latest" or the name of a published version. */
  @PrimaryColumn({ name: 'func_version', type: 'text' })
  funcVersion: string;

  /** As people name it. */
  @Column({ name: 'func_name', type: 'text' })
  funcName: string;
}

export async function projectDependencyUses(rows: RowWriter, event: StoredEvent<FunctionEvent>): Promise<void> {
  switch (event.type) {
    case 'FunctionCreated':
    case 'FunctionCodeReplaced':
    case 'FunctionRolledBack':
      await replace(rows, event.data.function, LATEST);
      break;
    case 'VersionPublished':
      await replace(rows, event.data.version.function, event.data.version.name);
      break;
    case 'FunctionDeleted':
      await rows.delete(DependencyUseRow, { funcId: event.data.function.funcId, funcVersion: LATEST });
      break;
    case 'VersionDeleted':
      await rows.delete(DependencyUseRow, { funcId: event.data.version.function.funcId, funcVersion: event.data.version.name });
      break;
    case 'FunctionConfigReplaced':
    case 'FunctionMaxInstancesChanged':
    case 'FunctionTriggersRolledBack':
    case 'AliasCreated':
    case 'AliasChanged':
    case 'AliasDeleted':
    case 'FunctionTagsChanged':
    case 'TestEventKept':
    case 'TestEventDeleted':
      break;
    default:
      event satisfies never;
  }
}

async function replace(rows: RowWriter, { funcId, name, code: { dependencies = [] } }: FunctionRecord, funcVersion: string): Promise<void> {
  await rows.delete(DependencyUseRow, { funcId, funcVersion });
  if (dependencies.length === 0) return;
  const funcName = funcVersion === LATEST ? name : `${name} (version ${funcVersion})`;
  await rows.insert(DependencyUseRow, dependencies.map(({ id: versionId }) => ({ versionId, funcId, funcVersion, funcName })));
}
