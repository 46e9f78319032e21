import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { endSessions } from '../end-sessions.js';
import { removeGrantsOf } from '../grant/index.js';
import { agency, agencyStream } from './agency.decider.js';
import { projectAgency } from './agency.entity.js';
import { findAgency } from './find-agency.js';

/** Deletes an agency of the caller's account, with what was granted to it and every credential issued through it. */
export class DeleteAgency extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly agencyId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteAgency)
export class DeleteAgencyHandler implements ICommandHandler<DeleteAgency> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller: { domainId, metadata }, agencyId }: DeleteAgency): Promise<void> {
    await this.store.transaction(async (manager) => {
      await findAgency(manager, domainId, agencyId);
      await this.store.executeIn(manager, {
        streamId: agencyStream(agencyId),
        tenant: domainId,
        decider: agency,
        command: { type: 'DeleteAgency' },
        metadata,
        project: projectAgency,
      });
      await endSessions(manager, { agencyId });
      await removeGrantsOf(this.store, manager, { domainId, subject: { type: 'agency', id: agencyId }, metadata });
    });
  }
}
