import { Injectable } from '@nestjs/common';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller/caller.js';
import { projectApiGroup } from './api-group.entity.js';
import { apiGroupStream } from './api-group.events.js';
import { claimApiGroup } from './claim-api-group.decider.js';

/** The addresses under which a project's triggers are reachable. */
@Injectable()
export class ApiGroups {
  constructor(private readonly store: EventStore) {}

  /**
   * The given group, which becomes the project's when nobody has it yet; FSS.1107 when it is another project's. Groups are
   * not made by an operation of their own, and an id of 128 random bits is taken by accident by nobody.
   */
  async claim(caller: Caller, groupId: string): Promise<string> {
    const { domainId, projectId, metadata } = caller;
    await this.store.execute({
      streamId: apiGroupStream(groupId),
      tenant: domainId,
      decider: claimApiGroup,
      command: { groupId, domainId, projectId },
      metadata,
      project: projectApiGroup,
    });
    return groupId;
  }

  /**
   * The group of a function's triggers that name none: one of the function's own, so that its paths are its own too. Its id is
   * the function's, which is random and never used again.
   */
  ownOf(funcId: string): string {
    return funcId.replaceAll('-', '');
  }
}
