import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { newId } from '../id.js';
import { requireRoom } from '../require-room.js';
import { refusingTakenNames } from '../unique-name.js';
import type { DurationHours } from './agency-duration.js';
import { agency, agencyNameTaken, agencyStream } from './agency.decider.js';
import { AGENCY_NAME_UNIQUE, AgencyRow, projectAgency } from './agency.entity.js';
import { requireTrustedParty } from './trusted-party.js';

export interface NewAgency {
  readonly name: string;
  readonly description: string;
  readonly duration: DurationHours;
  readonly trusted: { readonly id: string; readonly name: string };
}

/** Creates an agency of the caller's account. Whom it trusts may do nothing through it until something is granted to it. */
export class CreateAgency extends Command<AgencyRow> {
  constructor(
    readonly caller: Caller,
    readonly wanted: NewAgency,
  ) {
    super();
  }
}

@CommandHandler(CreateAgency)
export class CreateAgencyHandler implements ICommandHandler<CreateAgency> {
  constructor(private readonly store: EventStore) {}

  execute({ caller: { domainId, metadata }, wanted: { name, description, duration, trusted } }: CreateAgency): Promise<AgencyRow> {
    const agencyId = newId();
    return refusingTakenNames(AGENCY_NAME_UNIQUE, () => agencyNameTaken(name), () =>
      this.store.transaction(async (manager) => {
        await requireRoom(manager, domainId, { quota: 'agency', rows: AgencyRow });
        const trust = await requireTrustedParty(manager, trusted);
        await this.store.executeIn(manager, {
          streamId: agencyStream(agencyId),
          tenant: domainId,
          decider: agency,
          command: { type: 'CreateAgency', agencyId, domainId, name, terms: { description, trust, duration } },
          metadata,
          project: projectAgency,
        });
        return manager.findOneByOrFail(AgencyRow, { agencyId });
      }),
    );
  }
}
