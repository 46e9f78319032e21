import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import { metadataOf, type Caller } from '../caller.js';
import { KeyTable } from './key-table.js';
import { key, keyStream } from './key.decider.js';

export class ChangeKeyState extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly keyId: string,
    readonly kind: 'enable' | 'disable',
  ) {
    super();
  }
}

@CommandHandler(ChangeKeyState)
export class ChangeKeyStateHandler implements ICommandHandler<ChangeKeyState> {
  constructor(
    private readonly events: EventStore,
    private readonly keys: KeyTable,
  ) {}

  async execute({ caller, keyId, kind }: ChangeKeyState): Promise<void> {
    const row = await this.keys.require(caller, keyId);
    await this.events.execute({
      streamId: keyStream(row.id),
      tenant: row.domainId,
      decider: key,
      command: { kind },
      metadata: metadataOf(caller),
      project: async (manager, changes) => {
        for (const event of changes) await this.keys.apply(manager, event);
      },
    });
  }
}
