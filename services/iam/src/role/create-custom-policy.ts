import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../caller.js';
import { newId } from '../id.js';
import { requireRoom } from '../require-room.js';
import { refusingTakenNames } from '../unique-name.js';
import { customPolicy, customPolicyStream, displayNameTaken } from './custom-policy.decider.js';
import { CustomPolicyRow, DISPLAY_NAME_UNIQUE, projectCustomPolicy, toRole } from './custom-policy.entity.js';
import type { ProposedContent } from './custom-policy-rule.js';
import type { Role } from './role.js';

/** Writes a policy of the account's own. */
export class CreateCustomPolicy extends Command<Role> {
  constructor(
    readonly caller: Caller,
    readonly proposed: ProposedContent,
  ) {
    super();
  }
}

@CommandHandler(CreateCustomPolicy)
export class CreateCustomPolicyHandler implements ICommandHandler<CreateCustomPolicy> {
  constructor(private readonly store: EventStore) {}

  execute({ caller: { domainId, metadata }, proposed }: CreateCustomPolicy): Promise<Role> {
    const roleId = newId();
    return refusingTakenNames(DISPLAY_NAME_UNIQUE, () => displayNameTaken(proposed.displayName), () =>
      this.store.transaction(async (manager) => {
        await requireRoom(manager, domainId, { quota: 'policy', rows: CustomPolicyRow });
        const number = await nextNumber(manager, domainId);
        const command = { type: 'CreateCustomPolicy' as const, roleId, domainId, number, proposed };
        await this.store.executeIn(manager, {
          streamId: customPolicyStream(roleId),
          tenant: domainId,
          decider: customPolicy,
          command,
          metadata,
          project: projectCustomPolicy,
        });
        return toRole(await manager.findOneByOrFail(CustomPolicyRow, { roleId }));
      }),
    );
  }
}

/** Holds for whoever has the room that `requireRoom` waits for: two never get the same. */
async function nextNumber(manager: EntityManager, domainId: string): Promise<number> {
  return ((await manager.maximum(CustomPolicyRow, 'number', { domainId })) ?? -1) + 1;
}
