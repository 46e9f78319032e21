import type { SystemPolicy } from './definition.js';

/** The audit trail and the history of an account: who changed what. */
export const AUDIT: readonly SystemPolicy[] = [
  {
    kind: 'policy',
    name: 'system_all_90',
    displayName: 'CTS FullAccess',
    catalog: 'CTS',
    type: 'AX',
    description: 'Everything on the audit trail: reading, exporting and sealing it',
    descriptionCn: '云审计服务的全部权限',
    actions: ['cts:*:*'],
  },
  {
    kind: 'policy',
    name: 'system_all_91',
    displayName: 'CTS ReadOnlyAccess',
    catalog: 'CTS',
    type: 'AX',
    description: 'Read-only access to the audit trail, which tells of IAM too',
    descriptionCn: '云审计服务的只读权限',
    actions: ['cts:*:get*', 'cts:*:list*'],
  },
];
