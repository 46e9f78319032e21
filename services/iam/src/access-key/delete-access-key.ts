import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { deleteAccessKey } from './delete-access-keys-of.js';

/** Deletes an access key that is known to be of the caller's account. Nothing signed with it is accepted any more. */
export class DeleteAccessKey extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly accessKey: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteAccessKey)
export class DeleteAccessKeyHandler implements ICommandHandler<DeleteAccessKey> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller, accessKey }: DeleteAccessKey): Promise<void> {
    await this.store.transaction((manager) => deleteAccessKey(this.store, manager, accessKey, caller));
  }
}
