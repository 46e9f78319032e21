import type { KeystoneUser, UserDetails } from '@windlass/contracts/iam/v1/user_service';
import { timestamp } from '../timestamp.js';
import { isOwner, type UserRow } from './user.entity.js';

/** A user as the paths of IAM v3.0 show it. */
export function userDetails(row: UserRow, publicApiUrl: string): UserDetails {
  return {
    id: row.userId,
    name: row.name,
    domain_id: row.domainId,
    enabled: row.status === 'enabled',
    status: 0,
    email: row.email,
    areacode: row.areaCode,
    phone: row.phone,
    pwd_status: row.mustChangePassword,
    access_mode: row.accessMode,
    description: row.description,
    is_domain_owner: isOwner(row),
    xuser_id: row.externalId,
    xuser_type: row.externalType,
    create_time: timestamp(row.createdAt),
    update_time: timestamp(row.updatedAt),
    links: { self: selfLink(row, publicApiUrl) },
  };
}

/** A user as the Keystone paths show it. */
export function keystoneUser(row: UserRow, publicApiUrl: string): KeystoneUser {
  return {
    id: row.userId,
    name: row.name,
    domain_id: row.domainId,
    enabled: row.status === 'enabled',
    description: row.description,
    pwd_status: row.mustChangePassword,
    access_mode: row.accessMode,
    last_project_id: '',
    password_expires_at: '',
    links: { self: selfLink(row, publicApiUrl), next: undefined, previous: undefined },
  };
}

function selfLink({ userId }: UserRow, publicApiUrl: string): string {
  return `${publicApiUrl}/v3/users/${userId}`;
}
