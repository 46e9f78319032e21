import { howToRaise } from '@windlass/accounts';
import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

// Official clients recognise a missing group by this text, mistake and all.
export function groupNotFound(): WindlassError {
  return refusal('not_found', 'LTS.0201', 'LOG_GROUP_NOT_FOUND', 'The log group does not existed');
}

export function groupNameTaken(name: string): WindlassError {
  return refusal('invalid', 'LTS.0101', 'LOG_GROUP_EXISTS', `Failed to create log group, the group name has been existed: ${name}`);
}

export function tooManyGroups(limit: number, domainId: string): WindlassError {
  return refusal(
    'quota_exceeded',
    'LTS.0104',
    'LOG_GROUP_QUOTA',
    `Failed to create log group, the number of log groups exceeds the quota. ${howToRaise('lts_group_num', limit, domainId)}`,
  );
}
