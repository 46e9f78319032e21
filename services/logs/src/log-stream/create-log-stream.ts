import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountCopy } from '@windlass/accounts';
import { EventStore } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import { metadataOf, type Caller } from '../caller.js';
import { LogGroupTable } from '../log-group/index.js';
import { LogsSettings } from '../settings.js';
import type { Tags } from '../tags.js';
import { LogStreamTable } from './log-stream-table.js';
import { tooManyFunctionStreams, tooManyStreams } from './log-stream.errors.js';
import { logStream, logStreamStream } from './log-stream.decider.js';

/** Answers the new stream's id. */
export class CreateLogStream extends Command<string> {
  constructor(
    readonly caller: Caller,
    readonly logGroupId: string,
    readonly name: string,
    readonly alias: string,
    /** Null takes the group's. */
    readonly ttlInDays: number | null,
    readonly tags: Tags = {},
    /** Whom the stream is for: a function's does not count against what tenants may make. */
    readonly madeFor: 'tenant' | 'function' = 'tenant',
  ) {
    super();
  }
}

@CommandHandler(CreateLogStream)
export class CreateLogStreamHandler implements ICommandHandler<CreateLogStream> {
  constructor(
    private readonly events: EventStore,
    private readonly groups: LogGroupTable,
    private readonly streams: LogStreamTable,
    private readonly accounts: AccountCopy,
    private readonly settings: LogsSettings,
  ) {}

  async execute({ caller, logGroupId, name, alias, ttlInDays, tags, madeFor }: CreateLogStream): Promise<string> {
    const id = randomUUID();
    const { domainId, projectId } = caller;
    const group = await this.groups.require(projectId, logGroupId);
    await this.events.execute({
      streamId: logStreamStream(id),
      tenant: domainId,
      decider: logStream,
      command: { kind: 'create', domainId, projectId, groupId: group.id, name, alias, ttlInDays, tags },
      metadata: metadataOf(caller),
      project: async (manager, [created]) => {
        await this.requireRoom(manager, caller, group.id, madeFor);
        if (created) await this.streams.apply(manager, created);
      },
    });
    return id;
  }

  private async requireRoom(manager: EntityManager, { domainId }: Caller, groupId: string, madeFor: 'tenant' | 'function'): Promise<void> {
    if (madeFor === 'function') return this.streams.requireRoom(manager, groupId, this.settings.functionStreamsPerGroup, tooManyFunctionStreams);
    const limit = await this.accounts.quota(manager, domainId, 'lts_stream_num');
    return this.streams.requireRoom(manager, groupId, limit, () => tooManyStreams(limit, domainId));
  }
}
