import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { Clock } from '../clock.js';
import { endSessions } from '../end-sessions.js';
import { refusingTakenNames } from '../unique-name.js';
import { lockUser } from './find-user.js';
import { requireManageable } from './require-manageable.js';
import { hashNewPassword, storePassword } from './store-password.js';
import type { UserDetails } from './user-details.js';
import { user, userNameTaken, userStream } from './user.decider.js';
import { projectUser, USER_NAME_UNIQUE, UserRow } from './user.entity.js';

/** What is absent stays as it is. */
export interface UserChange {
  readonly name?: string | undefined;
  readonly details: Partial<UserDetails>;
  readonly enabled?: boolean | undefined;
  readonly password?: string | undefined;
}

/** Changes a user of the caller's account. A new password, and being disabled, end all that the user was logged in with. */
export class ChangeUser extends Command<UserRow> {
  constructor(
    readonly caller: Caller,
    readonly userId: string,
    readonly change: UserChange,
  ) {
    super();
  }
}

@CommandHandler(ChangeUser)
export class ChangeUserHandler implements ICommandHandler<ChangeUser> {
  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, userId, change }: ChangeUser): Promise<UserRow> {
    const { domainId, metadata } = caller;
    const hash = await hashNewPassword(change.password);
    const now = this.clock.now();
    return refusingTakenNames(USER_NAME_UNIQUE, () => userNameTaken(change.name ?? ''), () =>
      this.store.transaction(async (manager) => {
        requireManageable(caller, await lockUser(manager, domainId, userId));
        const { events } = await this.store.executeIn(manager, {
          streamId: userStream(userId),
          tenant: domainId,
          decider: user,
          command: { type: 'ChangeUser', ...change },
          metadata,
          project: projectUser,
        });
        if (hash !== undefined) await storePassword(manager, userId, hash, now);
        if (events.some(({ type }) => type === 'PasswordSet' || type === 'UserDisabled')) await endSessions(manager, { userId });
        return manager.findOneByOrFail(UserRow, { userId });
      }),
    );
  }
}
