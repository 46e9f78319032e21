import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/kms/v1/key_use_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf } from '../caller.js';
import { invalidKeyId, isKeyId, KeyTable } from '../key/index.js';
import { refusal } from '../refusal.js';
import { KeyUses, type RecordedUse } from './key-uses.js';

const HIGHEST_LIMIT = 1000;
const USUAL_LIMIT = 100;

@Controller()
export class KeyUseController {
  constructor(
    private readonly context: CallContextReader,
    private readonly uses: KeyUses,
    private readonly keys: KeyTable,
  ) {}

  @GrpcMethod('KeyUseService', 'listKeyUses')
  async listKeyUses(request: rpc.ListKeyUsesRequest, metadata: Metadata): Promise<rpc.ListKeyUsesResponse> {
    const caller = callerOf(this.context.read(metadata), { ...request, sequence: '' });
    if (!isKeyId(request.key_id)) throw invalidKeyId();
    const limit = request.limit === '' ? USUAL_LIMIT : /^\d{1,4}$/.test(request.limit) ? Number(request.limit) : 0;
    if (limit < 1 || limit > HIGHEST_LIMIT) throw refusal('invalid', 'KMS.1601', 'INVALID_LIMIT', `The limit is invalid: it is a number from 1 to ${HIGHEST_LIMIT}.`);
    if (!/^\d{0,18}$/.test(request.marker)) throw refusal('invalid', 'KMS.1602', 'INVALID_MARKER', 'The marker is invalid: it is the next_marker of an answer.');
    // One more than asked for tells whether there are more.
    const found = await this.uses.page(caller, request.key_id, request.marker === '' ? undefined : request.marker, limit + 1);
    // A key that is gone has its uses still; one that never was has none, and is told so.
    if (found.length === 0) await this.keys.require(caller, request.key_id);
    const shown = found.slice(0, limit);
    return { uses: shown.map(shownUse), next_marker: found.length > limit ? (shown.at(-1)?.id ?? '') : '' };
  }
}

function shownUse({ operation, outcome, materialVersion, usedAt, context, who }: RecordedUse): rpc.KeyUse {
  return {
    used_at: String(usedAt.getTime()),
    operation,
    outcome,
    material_version: materialVersion,
    encryption_context: { ...context.encryptionContext },
    additional_authenticated_data: context.authenticatedData,
    user_id: who.actor,
    user_name: who.actorName ?? '',
    user_domain_id: who.actorDomain ?? '',
    agency_name: who.agency ?? '',
    access_key: who.accessKey ?? '',
    source_address: who.sourceAddress ?? '',
    request_id: who.requestId,
  };
}
