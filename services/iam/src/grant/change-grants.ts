import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../caller.js';
import { isId } from '../id.js';
import { notFound } from '../not-found.js';
import { holdRole } from '../role/index.js';
import { grant, grantStream } from './grant.decider.js';
import { GrantRow, projectGrant, rowKey } from './grant.entity.js';
import type { GrantKey } from './grant.js';
import { requireRoomForGrant } from './grant-limit.js';
import { requireScope, requireSubject } from './grant-target.js';
import { lockSubject } from './subject-lock.js';

/** Gives or takes grants, all of them or none. What is given already, or not given at all, stays as it is. */
export class ChangeGrants extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly change: 'give' | 'take',
    readonly keys: readonly GrantKey[],
  ) {
    super();
  }
}

@CommandHandler(ChangeGrants)
export class ChangeGrantsHandler implements ICommandHandler<ChangeGrants> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller, change, keys }: ChangeGrants): Promise<void> {
    await this.store.transaction(async (manager) => {
      // In one order for everybody, so that no two wait for each other.
      for (const key of [...keys].sort(bySubject)) await this.changeOne(manager, caller, change, key);
    });
  }

  private async changeOne(manager: EntityManager, { domainId, metadata }: Caller, change: 'give' | 'take', key: GrantKey): Promise<void> {
    if (!isId(key.subject.id)) throw notFound(key.subject.type, key.subject.id);
    // Before anything is looked up: what is found is then still there when the transaction ends.
    await lockSubject(manager, key.subject);
    await requireSubject(manager, domainId, key.subject);
    await requireScope(manager, domainId, key.scope);
    if (!(await holdRole(manager, domainId, key.roleId))) throw notFound('role', key.roleId);
    const given = await manager.existsBy(GrantRow, rowKey(domainId, key));
    if (change === 'give' && !given) await requireRoomForGrant(manager, domainId, key);
    await this.store.executeIn(manager, {
      streamId: grantStream(domainId, key),
      tenant: domainId,
      decider: grant,
      command: { type: change === 'give' ? 'GiveGrant' : 'TakeGrant', domainId, ...key },
      metadata,
      project: projectGrant,
    });
  }
}

function bySubject(a: GrantKey, b: GrantKey): number {
  return a.subject.id < b.subject.id ? -1 : 1;
}
