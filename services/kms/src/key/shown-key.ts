import type { KeyDetails } from '@windlass/contracts/kms/v1/key_service';
import { STATE_NUMBERS } from '../key-state-numbers.js';
import type { KeyRecord } from './key-record.js';

/** A key as the API shows it: text throughout, epoch milliseconds, and nothing where nothing is set. */
export function shownKey(record: KeyRecord, realm: string): KeyDetails {
  return {
    key_id: record.id,
    domain_id: record.domainId,
    key_alias: record.alias,
    realm,
    key_spec: record.keySpec,
    key_usage: record.keyUsage,
    key_description: record.description,
    creation_date: timeOf(record.createdAt),
    scheduled_deletion_date: timeOf(record.deletionAt),
    key_state: STATE_NUMBERS[record.state],
    default_key_flag: record.defaultKey ? '1' : '0',
    key_type: '1',
    expiration_time: timeOf(record.materialExpiresAt),
    origin: record.origin,
    key_rotation_enabled: String(record.nextRotationAt !== null),
    sys_enterprise_project_id: record.enterpriseProjectId,
    keystore_id: '0',
  };
}

function timeOf(date: Date | null): string {
  return date === null ? '' : String(date.getTime());
}
