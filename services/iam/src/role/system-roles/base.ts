import type { SystemPolicy, SystemRole } from './definition.js';

/** Every service but IAM: who administers a tenant's resources does not thereby administer its people. */
const SERVICES = ['anti-ddos', 'aom', 'apig', 'cce', 'ecs', 'eps', 'evs', 'functiongraph', 'kms', 'kps', 'lts', 'obs', 'rds', 'smn', 'swr', 'vpc', 'vpcep'];

export const BASE: readonly (SystemRole | SystemPolicy)[] = [
  {
    kind: 'role',
    name: 'te_admin',
    displayName: 'Tenant Administrator',
    catalog: 'BASE',
    type: 'AA',
    description: 'Everything on all services except IAM',
    descriptionCn: '除统一身份认证服务外，所有服务的全部权限',
    actions: SERVICES.map((service) => `${service}:*:*`),
  },
  {
    kind: 'role',
    name: 'readonly',
    displayName: 'Tenant Guest',
    catalog: 'BASE',
    type: 'AA',
    description: 'Read-only access to all services except IAM',
    descriptionCn: '除统一身份认证服务外，所有服务的只读权限',
    actions: SERVICES.flatMap((service) => [`${service}:*:get*`, `${service}:*:list*`]),
  },
  {
    kind: 'role',
    name: 'secu_admin',
    displayName: 'Security Administrator',
    catalog: 'BASE',
    type: 'AX',
    description: 'Everything on IAM: users, groups, policies, grants, agencies',
    descriptionCn: '统一身份认证服务的全部权限',
    actions: ['iam:*:*'],
  },
  {
    kind: 'role',
    name: 'te_agency',
    displayName: 'Agent Operator',
    catalog: 'BASE',
    type: 'AX',
    description: 'Switching to the agencies that other accounts delegated',
    descriptionCn: '切换角色并访问委托方账号中的资源',
    actions: ['iam:agencies:assume', 'iam:tokens:assume', 'sts:agencies:assume'],
  },
  {
    kind: 'role',
    name: 'server_adm',
    displayName: 'Server Administrator',
    catalog: 'BASE',
    type: 'XA',
    description: 'Servers, their disks and their network interfaces',
    descriptionCn: '云服务器、云硬盘及网络接口的管理权限',
    actions: ['ecs:*:*', 'evs:*:*', 'vpc:ports:*', 'vpc:*:get*', 'vpc:*:list*'],
  },
  {
    kind: 'policy',
    name: 'system_all_0',
    displayName: 'FullAccess',
    catalog: 'BASE',
    type: 'AA',
    description: 'Everything on all services',
    descriptionCn: '所有服务的全部权限',
    actions: ['*:*:*'],
  },
];
