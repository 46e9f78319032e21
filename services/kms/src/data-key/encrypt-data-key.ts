import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { EncryptDatakeyResponse } from '@windlass/contracts/kms/v1/data_encryption_service';
import type { Caller } from '../caller.js';
import { Envelopes, type EncryptionContext } from '../envelope/index.js';
import { KeyAccess, requireUsable } from '../key/index.js';
import { KeyUses } from '../use/index.js';

export class EncryptDataKey extends Command<EncryptDatakeyResponse> {
  constructor(
    readonly caller: Caller,
    readonly keyId: string,
    /** Overwritten when it is wrapped. */
    readonly dataKey: Buffer,
    readonly context: EncryptionContext,
  ) {
    super();
  }
}

@CommandHandler(EncryptDataKey)
export class EncryptDataKeyHandler implements ICommandHandler<EncryptDataKey> {
  constructor(
    private readonly access: KeyAccess,
    private readonly envelopes: Envelopes,
    private readonly uses: KeyUses,
  ) {}

  async execute({ caller, keyId, dataKey, context }: EncryptDataKey): Promise<EncryptDatakeyResponse> {
    try {
      const key = await this.access.require(caller, keyId, 'encrypt-datakey');
      return await this.uses.recorded(caller, key, { operation: 'encrypt-datakey', context, materialVersion: key.materialVersion }, async () => {
        requireUsable(key, 'ENCRYPT_DECRYPT');
        const wrapped = await this.envelopes.seal('data_key', key, context, dataKey);
        return { key_id: key.id, cipher_text: wrapped.toString('hex'), datakey_length: String(dataKey.length) };
      });
    } finally {
      dataKey.fill(0);
    }
  }
}
