import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { Clock } from '../clock.js';
import { newId } from '../id.js';
import { requireRoom } from '../require-room.js';
import { refusingTakenNames } from '../unique-name.js';
import { hashNewPassword, storePassword } from './store-password.js';
import type { UserDetails } from './user-details.js';
import { user, userNameTaken, userStream } from './user.decider.js';
import { projectUser, USER_NAME_UNIQUE, UserRow } from './user.entity.js';

export interface NewUser {
  readonly name: string;
  readonly details: UserDetails;
  readonly enabled: boolean;
  readonly password: string | undefined;
}

/** Creates a user of the caller's account. It may do nothing until something is granted to it. */
export class CreateUser extends Command<UserRow> {
  constructor(
    readonly caller: Caller,
    readonly wanted: NewUser,
  ) {
    super();
  }
}

@CommandHandler(CreateUser)
export class CreateUserHandler implements ICommandHandler<CreateUser> {
  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  async execute({ caller: { domainId, metadata }, wanted }: CreateUser): Promise<UserRow> {
    const userId = newId();
    const hash = await hashNewPassword(wanted.password);
    const now = this.clock.now();
    return refusingTakenNames(USER_NAME_UNIQUE, () => userNameTaken(wanted.name), () =>
      this.store.transaction(async (manager) => {
        await requireRoom(manager, domainId, { quota: 'user', rows: UserRow, code: '1115' });
        await this.store.executeIn(manager, {
          streamId: userStream(userId),
          tenant: domainId,
          decider: user,
          command: { type: 'CreateUser', userId, domainId, roles: [], ...wanted },
          metadata,
          project: projectUser,
        });
        if (hash !== undefined) await storePassword(manager, userId, hash, now);
        return manager.findOneByOrFail(UserRow, { userId });
      }),
    );
  }
}
