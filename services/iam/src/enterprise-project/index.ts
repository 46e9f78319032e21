export { enterpriseProject, enterpriseProjectStream } from './enterprise-project.decider.js';
export { EnterpriseProjectRow, projectEnterpriseProject } from './enterprise-project.entity.js';
export { DEFAULT_ENTERPRISE_PROJECT } from './enterprise-project-rule.js';
export { enterpriseProjectIds, exists } from './exists.js';
