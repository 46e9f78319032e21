import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { DecryptDataRequest, DecryptDataResponse } from '@windlass/contracts/kms/v1/data_encryption_service';
import type { Caller } from '../caller.js';
import { contextOfRequest, Envelopes } from '../envelope/index.js';
import { KeyAccess, requireUsable } from '../key/index.js';
import { KeyUses } from '../use/index.js';
import { invalidData, requireSymmetricDefault, sealedDataOf } from './data-request.js';

export class DecryptData extends Query<DecryptDataResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: DecryptDataRequest,
  ) {
    super();
  }
}

@QueryHandler(DecryptData)
export class DecryptDataHandler implements IQueryHandler<DecryptData> {
  constructor(
    private readonly access: KeyAccess,
    private readonly envelopes: Envelopes,
    private readonly uses: KeyUses,
  ) {}

  /** The key is the one that the ciphertext names, on which the edge has authorized the call. */
  async execute({ caller, request }: DecryptData): Promise<DecryptDataResponse> {
    requireSymmetricDefault(request.encryption_algorithm);
    const context = contextOfRequest(request);
    const envelope = sealedDataOf(request.cipher_text);
    const key = await this.access.require(caller, envelope.keyId, 'decrypt-data');
    if (request.key_id !== '' && request.key_id !== key.id) throw invalidData();
    return this.uses.recorded(caller, key, { operation: 'decrypt-data', context, materialVersion: envelope.materialVersion }, async () => {
      requireUsable(key, 'ENCRYPT_DECRYPT');
      const answer = await this.envelopes.open(envelope, key, context, (plaintext) => ({ key_id: key.id, plain_text: plaintext.toString('utf8'), plain_text_base64: plaintext.toString('base64') }));
      if (answer === undefined) throw invalidData();
      return answer;
    });
  }
}
