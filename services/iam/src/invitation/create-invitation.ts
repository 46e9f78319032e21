import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore, type EventMetadata } from '@windlass/event-store';
import { Clock } from '../clock.js';
import { newId } from '../id.js';
import { invitation, invitationStream, type Invitation, type InvitationCommand, type InvitationEvent } from './invitation.decider.js';
import { hashInvitationToken, InvitationRow, newInvitationToken } from './invitation.entity.js';

export interface CreatedInvitation {
  readonly id: string;
  /** Known to whom it is given only. */
  readonly token: string;
  readonly expiresAt: string;
}

export class CreateInvitation extends Command<CreatedInvitation> {
  constructor(
    /** The operator's account. */
    readonly domainId: string,
    readonly note: string,
    readonly validHours: number,
    readonly metadata: EventMetadata,
  ) {
    super();
  }
}

@CommandHandler(CreateInvitation)
export class CreateInvitationHandler implements ICommandHandler<CreateInvitation> {
  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  async execute({ domainId, note, validHours, metadata }: CreateInvitation): Promise<CreatedInvitation> {
    const id = newId();
    const token = newInvitationToken();
    const { state } = await this.store.execute<Invitation, InvitationCommand, InvitationEvent>({
      streamId: invitationStream(id),
      tenant: domainId,
      decider: invitation,
      command: { type: 'CreateInvitation', id, note, validHours, now: this.clock.now() },
      metadata,
      project: async (manager, [created], after) => {
        if (created === undefined || after.status !== 'open') return;
        const { recordedAt: createdAt } = created;
        await manager.insert(InvitationRow, { id, tokenHash: hashInvitationToken(token), note, expiresAt: new Date(after.expiresAt), createdAt });
      },
    });
    if (state.status !== 'open') throw new Error(`the new invitation is ${state.status}`);
    return { id, token, expiresAt: state.expiresAt };
  }
}
