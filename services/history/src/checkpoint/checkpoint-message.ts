import type * as rpc from '@windlass/contracts/history/v1/checkpoint_service';
import type { Checkpoint } from '@windlass/hash-chain';
import { placeFields, type KeptProblem } from './account-schedule.js';

export function checkpointMessage({ content, hash, signature }: Checkpoint): rpc.Checkpoint {
  const { format, accountId, number, madeAt, previousHash, services } = content;
  return {
    format,
    account_id: accountId,
    number,
    made_at: madeAt,
    previous_hash: previousHash,
    services: services.map(({ service, position, events, root }) => ({ service, position, events, root })),
    hash,
    signature: { key_id: signature.keyId, algorithm: signature.algorithm, value: signature.value.toString('base64') },
  };
}

export function problemMessage({ finding, foundAt }: KeptProblem): rpc.HistoryProblem {
  return { kind: finding.kind, message: finding.message, found_at: foundAt, ...placeFields(finding) };
}
