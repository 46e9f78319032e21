import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { Clock } from '../clock.js';
import { endSessions } from '../end-sessions.js';
import { LogIn } from './log-in.js';
import { hashNewPassword, storePassword } from './store-password.js';
import { user, userStream } from './user.decider.js';
import { projectUser } from './user.entity.js';

/** Changes the caller's own password, for whoever knows the present one. Ends all that the user was logged in with. */
export class ChangeOwnPassword extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly passwords: { readonly original: string; readonly next: string },
  ) {
    super();
  }
}

@CommandHandler(ChangeOwnPassword)
export class ChangeOwnPasswordHandler implements ICommandHandler<ChangeOwnPassword> {
  constructor(
    private readonly store: EventStore,
    private readonly logIn: LogIn,
    private readonly clock: Clock,
  ) {}

  async execute({ caller: { domainId, userId, metadata }, passwords: { original, next } }: ChangeOwnPassword): Promise<void> {
    const now = this.clock.now();
    // Checked as a log-in is, so that a stolen token gets no more guesses at the password than anybody else.
    await this.logIn.check({ by: 'id', userId }, original, now);
    if (next === original) throw unchanged();
    const hash = await hashNewPassword(next);
    await this.store.transaction(async (manager) => {
      await this.store.executeIn(manager, {
        streamId: userStream(userId),
        tenant: domainId,
        decider: user,
        command: { type: 'ChangeOwnPassword', password: next },
        metadata,
        project: projectUser,
      });
      if (hash !== undefined) await storePassword(manager, userId, hash, now);
      await endSessions(manager, { userId });
    });
  }
}

function unchanged(): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'PASSWORD_UNCHANGED', code: '1103', message: 'The new password must differ from the present one.' });
}
