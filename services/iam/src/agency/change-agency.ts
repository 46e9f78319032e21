import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { endSessions } from '../end-sessions.js';
import type { DurationHours } from './agency-duration.js';
import { agency, agencyStream } from './agency.decider.js';
import { AgencyRow, projectAgency } from './agency.entity.js';
import { findAgency } from './find-agency.js';
import { requireTrustedParty } from './trusted-party.js';

export interface AgencyChange {
  readonly description?: string | undefined;
  readonly duration?: { readonly hours: DurationHours } | undefined;
  readonly trusted?: { readonly id: string; readonly name: string } | undefined;
}

/** Changes an agency of the caller's account. When it trusts somebody else, what the one before was given ends. */
export class ChangeAgency extends Command<AgencyRow> {
  constructor(
    readonly caller: Caller,
    readonly agencyId: string,
    readonly change: AgencyChange,
  ) {
    super();
  }
}

@CommandHandler(ChangeAgency)
export class ChangeAgencyHandler implements ICommandHandler<ChangeAgency> {
  constructor(private readonly store: EventStore) {}

  execute({ caller: { domainId, metadata }, agencyId, change: { description, duration, trusted } }: ChangeAgency): Promise<AgencyRow> {
    return this.store.transaction(async (manager) => {
      const before = await findAgency(manager, domainId, agencyId);
      const trust = trusted && (await requireTrustedParty(manager, trusted));
      await this.store.executeIn(manager, {
        streamId: agencyStream(agencyId),
        tenant: domainId,
        decider: agency,
        command: { type: 'ChangeAgency', description, duration, trust },
        metadata,
        project: projectAgency,
      });
      if (trust !== undefined && trust.domainId !== before.trustDomainId) await endSessions(manager, { agencyId });
      return manager.findOneByOrFail(AgencyRow, { agencyId });
    });
  }
}
