import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { countGrants } from '../grant/index.js';
import { customPolicy, customPolicyStream } from './custom-policy.decider.js';
import { CustomPolicyRow, projectCustomPolicy } from './custom-policy.entity.js';

/** Deletes a custom policy that nobody is granted. */
export class DeleteCustomPolicy extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly roleId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteCustomPolicy)
export class DeleteCustomPolicyHandler implements ICommandHandler<DeleteCustomPolicy> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller: { domainId, metadata }, roleId }: DeleteCustomPolicy): Promise<void> {
    await this.store.transaction(async (manager) => {
      // Who is granting it holds the row: from here on its grants are counted for good.
      await manager.findOne(CustomPolicyRow, { where: { roleId, domainId }, lock: { mode: 'pessimistic_write' } });
      const references = await countGrants(manager, domainId, roleId);
      await this.store.executeIn(manager, {
        streamId: customPolicyStream(roleId),
        tenant: domainId,
        decider: customPolicy,
        command: { type: 'DeleteCustomPolicy', roleId, domainId, references },
        metadata,
        project: projectCustomPolicy,
      });
    });
  }
}
