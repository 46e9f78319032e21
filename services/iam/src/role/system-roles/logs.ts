import { TENANT_ADMINISTRATOR, TENANT_GUEST, type SystemPolicy, type SystemRole } from './definition.js';

/** Log groups, streams and their lines. */
export const LOGS: readonly (SystemRole | SystemPolicy)[] = [
  {
    kind: 'policy',
    name: 'system_all_20',
    displayName: 'LTS FullAccess',
    catalog: 'LTS',
    type: 'XA',
    description: 'Everything on LTS',
    descriptionCn: '云日志服务的全部权限',
    actions: ['lts:*:*'],
  },
  {
    kind: 'policy',
    name: 'system_all_21',
    displayName: 'LTS ReadOnlyAccess',
    catalog: 'LTS',
    type: 'XA',
    description: 'Read-only access to LTS, log transfers included',
    descriptionCn: '云日志服务的只读权限',
    actions: ['lts:*:get*', 'lts:*:list*'],
  },
  {
    kind: 'role',
    name: 'lts_admin',
    displayName: 'LTS Administrator',
    catalog: 'LTS',
    type: 'XA',
    description: 'Management of log groups, streams and transfers',
    descriptionCn: '云日志服务的管理权限',
    actions: ['lts:*:*'],
    depends: [TENANT_GUEST, TENANT_ADMINISTRATOR],
  },
];
