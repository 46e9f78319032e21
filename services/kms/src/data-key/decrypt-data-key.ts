import { createHash } from 'node:crypto';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { DecryptDatakeyRequest, DecryptDatakeyResponse } from '@windlass/contracts/kms/v1/key_service';
import type { Caller } from '../caller.js';
import { contextOfRequest, Envelopes } from '../envelope/index.js';
import { KeyAccess, requireUsable } from '../key/index.js';
import { KeyUses } from '../use/index.js';
import { envelopeOf, invalidCipherText, requireCipherLength } from './data-key-request.js';

export class DecryptDataKey extends Query<DecryptDatakeyResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: DecryptDatakeyRequest,
  ) {
    super();
  }
}

@QueryHandler(DecryptDataKey)
export class DecryptDataKeyHandler implements IQueryHandler<DecryptDataKey> {
  constructor(
    private readonly access: KeyAccess,
    private readonly envelopes: Envelopes,
    private readonly uses: KeyUses,
  ) {}

  async execute({ caller, request }: DecryptDataKey): Promise<DecryptDatakeyResponse> {
    requireCipherLength(request.datakey_cipher_length);
    const context = contextOfRequest(request);
    const key = await this.access.require(caller, request.key_id, 'decrypt-datakey');
    const envelope = envelopeOf(request.cipher_text);
    return this.uses.recorded(caller, key, { operation: 'decrypt-datakey', context, materialVersion: envelope?.materialVersion ?? 0 }, async () => {
      requireUsable(key, 'ENCRYPT_DECRYPT');
      const answer = envelope && (await this.envelopes.open(envelope, key, context, shown));
      if (answer === undefined) throw invalidCipherText();
      return answer;
    });
  }
}

function shown(dataKey: Buffer): DecryptDatakeyResponse {
  return { data_key: dataKey.toString('hex'), datakey_length: String(dataKey.length), datakey_dgst: createHash('sha256').update(dataKey).digest('hex') };
}
