export { customPolicy, customPolicyStream } from './custom-policy.decider.js';
export { CustomPolicyRow, projectCustomPolicy, toRole } from './custom-policy.entity.js';
export { findRole, findRoles, holdRole } from './find-role.js';
export { pastCustomPolicy } from './past-custom-policy.js';
export type { PolicyDocument, Role } from './role.js';
export { roleView } from './role.view.js';
export { systemRole, systemRoleNamed, systemRoles } from './system-roles/index.js';
