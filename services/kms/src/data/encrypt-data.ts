import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { EncryptDataRequest, EncryptDataResponse } from '@windlass/contracts/kms/v1/data_encryption_service';
import type { Caller } from '../caller.js';
import { contextOfRequest, Envelopes } from '../envelope/index.js';
import { KeyAccess, requireUsable } from '../key/index.js';
import { KeyUses } from '../use/index.js';
import { plaintextOf, requireSymmetricDefault } from './data-request.js';

export class EncryptData extends Command<EncryptDataResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: EncryptDataRequest,
  ) {
    super();
  }
}

@CommandHandler(EncryptData)
export class EncryptDataHandler implements ICommandHandler<EncryptData> {
  constructor(
    private readonly access: KeyAccess,
    private readonly envelopes: Envelopes,
    private readonly uses: KeyUses,
  ) {}

  async execute({ caller, request }: EncryptData): Promise<EncryptDataResponse> {
    requireSymmetricDefault(request.encryption_algorithm);
    const context = contextOfRequest(request);
    const plaintext = plaintextOf(request.plain_text);
    const key = await this.access.require(caller, request.key_id, 'encrypt-data');
    return this.uses.recorded(caller, key, { operation: 'encrypt-data', context, materialVersion: key.materialVersion }, async () => {
      requireUsable(key, 'ENCRYPT_DECRYPT');
      const sealed = await this.envelopes.seal('data', key, context, plaintext);
      return { key_id: key.id, cipher_text: sealed.toString('base64') };
    });
  }
}
