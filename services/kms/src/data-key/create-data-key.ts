import { randomBytes } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CreateDatakeyResponse } from '@windlass/contracts/kms/v1/key_service';
import type { Caller } from '../caller.js';
import { Envelopes, type EncryptionContext } from '../envelope/index.js';
import { KeyAccess, requireUsable } from '../key/index.js';
import { KeyUses, type UseOperation } from '../use/index.js';

/** The caller that wants it without the plain text leaves that out of the answer. */
export class CreateDataKey extends Command<CreateDatakeyResponse> {
  constructor(
    readonly caller: Caller,
    readonly keyId: string,
    readonly bytes: number,
    readonly context: EncryptionContext,
    readonly operation: Extract<UseOperation, 'create-datakey' | 'create-datakey-without-plaintext'>,
  ) {
    super();
  }
}

@CommandHandler(CreateDataKey)
export class CreateDataKeyHandler implements ICommandHandler<CreateDataKey> {
  constructor(
    private readonly access: KeyAccess,
    private readonly envelopes: Envelopes,
    private readonly uses: KeyUses,
  ) {}

  async execute({ caller, keyId, bytes, context, operation }: CreateDataKey): Promise<CreateDatakeyResponse> {
    const key = await this.access.require(caller, keyId, operation);
    return this.uses.recorded(caller, key, { operation, context, materialVersion: key.materialVersion }, async () => {
      requireUsable(key, 'ENCRYPT_DECRYPT');
      const dataKey = randomBytes(bytes);
      try {
        const wrapped = await this.envelopes.seal('data_key', key, context, dataKey);
        return { key_id: key.id, plain_text: operation === 'create-datakey' ? dataKey.toString('hex') : '', cipher_text: wrapped.toString('hex') };
      } finally {
        dataKey.fill(0);
      }
    });
  }
}
