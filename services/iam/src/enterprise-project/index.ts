export { enterpriseProject, isEnterpriseProjectStream } from './enterprise-project.decider.js';
export { EnterpriseProjectRow, projectEnterpriseProject } from './enterprise-project.entity.js';
export { enterpriseProjectIds, exists } from './exists.js';
