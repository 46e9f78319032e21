import { randomBytes } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CreateDatakeyRequest, CreateDatakeyResponse } from '@windlass/contracts/kms/v1/key_service';
import type { Caller } from '../caller.js';
import { KeyMaterial, KeyTable, requireUsable } from '../key/index.js';
import { NONCE_BYTES } from '../sealed-box.js';
import { dataKeyBytes, requireAuthenticatedData } from './data-key-request.js';
import { wrapDataKey } from './envelope.js';

export class CreateDataKey extends Command<CreateDatakeyResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: CreateDatakeyRequest,
  ) {
    super();
  }
}

@CommandHandler(CreateDataKey)
export class CreateDataKeyHandler implements ICommandHandler<CreateDataKey> {
  constructor(
    private readonly keys: KeyTable,
    private readonly material: KeyMaterial,
  ) {}

  async execute({ caller, request }: CreateDataKey): Promise<CreateDatakeyResponse> {
    const bytes = dataKeyBytes(request.key_spec, request.datakey_length);
    requireAuthenticatedData(request.additional_authenticated_data);
    const key = await this.keys.require(caller, request.key_id);
    requireUsable(key, 'ENCRYPT_DECRYPT');
    const { domainId, projectId, materialVersion } = key;
    const answer = await this.material.use({ domainId, projectId, keyId: key.id, version: materialVersion }, (material) => {
      const dataKey = randomBytes(bytes);
      const context = { domainId, projectId, authenticatedData: request.additional_authenticated_data };
      const wrapped = wrapDataKey(material, { keyId: key.id, materialVersion, nonce: randomBytes(NONCE_BYTES) }, context, dataKey);
      const plainText = dataKey.toString('hex');
      dataKey.fill(0);
      return { key_id: key.id, plain_text: plainText, cipher_text: wrapped.toString('hex') };
    });
    if (answer === undefined) throw new Error(`Key ${key.id} has no material of version ${materialVersion}.`);
    return answer;
  }
}
