import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventStore } from '@windlass/event-store';
import { DataSource, QueryFailedError } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { ApiGroupRow, projectApiGroup } from './api-group.entity.js';
import { apiGroupStream } from './api-group.events.js';
import { claimApiGroup } from './claim-api-group.decider.js';

/** The addresses under which a project's triggers are reachable. */
@Injectable()
export class ApiGroups {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
  ) {}

  /**
   * The given group, which becomes the project's when nobody has it yet; FSS.1107 when it is another project's. Groups are
   * not made by an operation of their own, and an id of 128 random bits is taken by accident by nobody.
   */
  async claim(caller: Caller, groupId: string): Promise<string> {
    await this.record(caller, groupId, false);
    return groupId;
  }

  /** The group of triggers that name none: random, made with the project's first such trigger. */
  async defaultOf(caller: Caller): Promise<string> {
    const known = await this.findDefault(caller);
    if (known !== undefined) return known;
    const groupId = randomBytes(16).toString('hex');
    try {
      await this.record(caller, groupId, true);
      return groupId;
    } catch (error) {
      // Two first triggers at once: the unique index let one default through, and it serves both.
      const winner = isUniqueViolation(error) ? await this.findDefault(caller) : undefined;
      if (winner === undefined) throw error;
      return winner;
    }
  }

  private async findDefault(caller: Caller): Promise<string | undefined> {
    const row = await this.dataSource.manager.findOneBy(ApiGroupRow, { projectId: caller.projectId, isDefault: true });
    return row?.groupId;
  }

  private async record(caller: Caller, groupId: string, isDefault: boolean): Promise<void> {
    const { domainId, projectId, actor, requestId } = caller;
    await this.store.execute({
      streamId: apiGroupStream(groupId),
      tenant: domainId,
      decider: claimApiGroup,
      command: { groupId, domainId, projectId, isDefault },
      metadata: { actor, requestId },
      project: projectApiGroup,
    });
  }
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '23505';
}
