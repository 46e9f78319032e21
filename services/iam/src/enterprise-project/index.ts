export { enterpriseProject, isEnterpriseProjectStream } from './enterprise-project.decider.js';
export { EnterpriseProjectRow, projectEnterpriseProject } from './enterprise-project.entity.js';
export { exists } from './exists.js';
