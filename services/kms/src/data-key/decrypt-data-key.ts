import { createHash } from 'node:crypto';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { DecryptDatakeyRequest, DecryptDatakeyResponse } from '@windlass/contracts/kms/v1/key_service';
import type { Caller } from '../caller.js';
import { KeyMaterial, KeyTable, requireUsable } from '../key/index.js';
import { envelopeOf, invalidCipherText, requireAuthenticatedData, requireCipherLength } from './data-key-request.js';
import { unwrapDataKey } from './envelope.js';

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
    private readonly keys: KeyTable,
    private readonly material: KeyMaterial,
  ) {}

  async execute({ caller, request }: DecryptDataKey): Promise<DecryptDatakeyResponse> {
    requireCipherLength(request.datakey_cipher_length);
    requireAuthenticatedData(request.additional_authenticated_data);
    const key = await this.keys.require(caller, request.key_id);
    requireUsable(key, 'ENCRYPT_DECRYPT');
    const envelope = envelopeOf(request.cipher_text);
    const { domainId, projectId } = key;
    const context = { domainId, projectId, authenticatedData: request.additional_authenticated_data };
    const answer = await this.material.use({ domainId, projectId, keyId: key.id, version: envelope.materialVersion }, (material) => {
      const dataKey = unwrapDataKey(material, envelope, context);
      if (dataKey === undefined) return undefined;
      const digest = createHash('sha256').update(dataKey).digest('hex');
      const plain = dataKey.toString('hex');
      dataKey.fill(0);
      return { data_key: plain, datakey_length: String(plain.length / 2), datakey_dgst: digest };
    });
    if (answer === undefined) throw invalidCipherText();
    return answer;
  }
}
