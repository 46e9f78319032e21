import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { accessKey, accessKeyStream, type AccessKeyStatus } from './access-key.decider.js';
import { AccessKeyRow, projectAccessKey } from './access-key.entity.js';

/** Changes an access key that is known to be of the caller's account. What is absent stays as it is. */
export class ChangeAccessKey extends Command<AccessKeyRow> {
  constructor(
    readonly caller: Caller,
    readonly accessKey: string,
    readonly change: { readonly status?: AccessKeyStatus | undefined; readonly description?: string | undefined },
  ) {
    super();
  }
}

@CommandHandler(ChangeAccessKey)
export class ChangeAccessKeyHandler implements ICommandHandler<ChangeAccessKey> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller: { domainId, metadata }, accessKey: key, change }: ChangeAccessKey): Promise<AccessKeyRow> {
    await this.store.execute({
      streamId: accessKeyStream(key),
      tenant: domainId,
      decider: accessKey,
      command: { type: 'ChangeAccessKey', ...change },
      metadata,
      project: projectAccessKey,
    });
    return this.store.dataSource.manager.findOneByOrFail(AccessKeyRow, { accessKey: key });
  }
}
