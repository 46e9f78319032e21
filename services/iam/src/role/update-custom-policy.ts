import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { refusingTakenNames } from '../unique-name.js';
import { customPolicy, customPolicyStream, displayNameTaken } from './custom-policy.decider.js';
import { CustomPolicyRow, DISPLAY_NAME_UNIQUE, projectCustomPolicy, toRole } from './custom-policy.entity.js';
import type { ProposedContent } from './custom-policy-rule.js';
import type { Role } from './role.js';

/** Changes what is named of a custom policy; every grant of it means the new content from then on. */
export class UpdateCustomPolicy extends Command<Role> {
  constructor(
    readonly caller: Caller,
    readonly roleId: string,
    readonly proposed: ProposedContent,
  ) {
    super();
  }
}

@CommandHandler(UpdateCustomPolicy)
export class UpdateCustomPolicyHandler implements ICommandHandler<UpdateCustomPolicy> {
  constructor(private readonly store: EventStore) {}

  execute({ caller: { domainId, metadata }, roleId, proposed }: UpdateCustomPolicy): Promise<Role> {
    return refusingTakenNames(DISPLAY_NAME_UNIQUE, () => displayNameTaken(proposed.displayName), () =>
      this.store.transaction(async (manager) => {
        await this.store.executeIn(manager, {
          streamId: customPolicyStream(roleId),
          tenant: domainId,
          decider: customPolicy,
          command: { type: 'UpdateCustomPolicy', roleId, domainId, proposed },
          metadata,
          project: projectCustomPolicy,
        });
        return toRole(await manager.findOneByOrFail(CustomPolicyRow, { roleId }));
      }),
    );
  }
}
