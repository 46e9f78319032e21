import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { lockUser } from '../user/index.js';
import { accessKey, accessKeyStream } from './access-key.decider.js';
import { AccessKeyRow, AccessKeySecretRow, projectAccessKey } from './access-key.entity.js';
import { newKeyPair } from './key-pair.js';
import { SecretBox } from './secret-box.js';

const KEYS_PER_USER = 2;

/** Creates an access key of a user of the caller's account. */
export class CreateAccessKey extends Command<{ readonly row: AccessKeyRow; readonly secretKey: string }> {
  constructor(
    readonly caller: Caller,
    readonly userId: string,
    readonly description: string,
  ) {
    super();
  }
}

@CommandHandler(CreateAccessKey)
export class CreateAccessKeyHandler implements ICommandHandler<CreateAccessKey> {
  constructor(
    private readonly store: EventStore,
    private readonly secrets: SecretBox,
  ) {}

  async execute({ caller: { domainId, metadata }, userId, description }: CreateAccessKey): Promise<{ row: AccessKeyRow; secretKey: string }> {
    const pair = newKeyPair();
    const row = await this.store.transaction(async (manager) => {
      // With the user to itself, so that of two who want the last key exactly one gets it.
      await lockUser(manager, domainId, userId);
      if ((await manager.countBy(AccessKeyRow, { userId })) >= KEYS_PER_USER) throw tooManyKeys();
      await this.store.executeIn(manager, {
        streamId: accessKeyStream(pair.accessKey),
        tenant: domainId,
        decider: accessKey,
        command: { type: 'CreateAccessKey', ...pair, userId, domainId, description },
        metadata,
        project: projectAccessKey,
      });
      await manager.insert(AccessKeySecretRow, { accessKey: pair.accessKey, sealedSecret: this.secrets.seal(pair.secretKey, pair.accessKey) });
      return manager.findOneByOrFail(AccessKeyRow, { accessKey: pair.accessKey });
    });
    return { row, secretKey: pair.secretKey };
  }
}

/** IAM's own word for it, by which clients know it. */
function tooManyKeys(): WindlassError {
  const message = `akSkNumExceed: a user may have ${KEYS_PER_USER} access keys. Delete one of them first.`;
  return new WindlassError({ kind: 'invalid', reason: 'ACCESS_KEY_LIMIT', code: 'IAM.1101', message });
}
