import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import { deleteAccessKeysOf } from '../access-key/index.js';
import type { Caller } from '../caller.js';
import { endSessions } from '../end-sessions.js';
import { removeGrantsOf } from '../grant/index.js';
import { leaveAllGroups } from '../group/index.js';
import { lockUser } from './find-user.js';
import { LogInFailuresRow, PasswordRow } from './password.entity.js';
import { user, userStream } from './user.decider.js';
import { projectUser } from './user.entity.js';

/** Deletes a user of the caller's account with everything that was its own: all of it or nothing. */
export class DeleteUser extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly userId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteUser)
export class DeleteUserHandler implements ICommandHandler<DeleteUser> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller: { domainId, metadata }, userId }: DeleteUser): Promise<void> {
    const { store } = this;
    await store.transaction(async (manager) => {
      // Whoever adds something to the user now waits, and then finds no user.
      await lockUser(manager, domainId, userId);
      await store.executeIn(manager, {
        streamId: userStream(userId),
        tenant: domainId,
        decider: user,
        command: { type: 'DeleteUser' },
        metadata,
        project: projectUser,
      });
      await manager.delete(PasswordRow, userId);
      await manager.delete(LogInFailuresRow, userId);
      await endSessions(manager, { userId });
      await deleteAccessKeysOf(store, manager, { domainId, userId, metadata });
      await leaveAllGroups(store, manager, { domainId, userId, metadata });
      await removeGrantsOf(store, manager, { domainId, subject: { type: 'user', id: userId }, metadata });
    });
  }
}
