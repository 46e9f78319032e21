import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import { metadataOf, type Caller } from '../caller.js';
import { KeyTable } from './key-table.js';
import { key, keyStream, type KeyChange } from './key.decider.js';

/** Every change of a key that neither brings nor takes material, by a caller whose policies let it. */
export class ChangeKey extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly keyId: string,
    readonly change: Exclude<KeyChange, { kind: 'rotate' | 'rotate_when_due' | 'import_material' | 'delete_material' | 'create_grant' | 'retire_grant' }>,
  ) {
    super();
  }
}

@CommandHandler(ChangeKey)
export class ChangeKeyHandler implements ICommandHandler<ChangeKey> {
  constructor(
    private readonly events: EventStore,
    private readonly keys: KeyTable,
  ) {}

  async execute({ caller, keyId, change }: ChangeKey): Promise<void> {
    const row = await this.keys.require(caller, keyId);
    await this.events.transaction(async (manager) => {
      if (change.kind === 'change_alias') await this.keys.lockAliases(manager, row.projectId);
      await this.events.executeIn(manager, {
        streamId: keyStream(row.id),
        tenant: row.domainId,
        decider: key,
        command: change,
        metadata: metadataOf(caller),
        project: (_, changes) => this.keys.applyAll(manager, changes),
      });
    });
  }
}
