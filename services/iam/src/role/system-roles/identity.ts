import type { SystemPolicy } from './definition.js';

/** People and order in an account: IAM and enterprise projects. */
export const IDENTITY: readonly SystemPolicy[] = [
  {
    kind: 'policy',
    name: 'system_all_10',
    displayName: 'IAM ReadOnlyAccess',
    catalog: 'IAM',
    type: 'AX',
    description: 'Read-only access to users, groups, policies, grants and agencies',
    descriptionCn: '统一身份认证服务的只读权限',
    actions: ['iam:*:get*', 'iam:*:list*', 'iam:*:check*'],
  },
  {
    kind: 'policy',
    name: 'system_all_11',
    displayName: 'EPS FullAccess',
    catalog: 'EPS',
    type: 'AX',
    description: 'Everything on enterprise projects',
    descriptionCn: '企业项目管理服务的全部权限',
    actions: ['eps:*:*'],
  },
  {
    kind: 'policy',
    name: 'system_all_12',
    displayName: 'EPS ReadOnlyAccess',
    catalog: 'EPS',
    type: 'AX',
    description: 'Read-only access to enterprise projects',
    descriptionCn: '企业项目管理服务的只读权限',
    actions: ['eps:*:get*', 'eps:*:list*'],
  },
];
