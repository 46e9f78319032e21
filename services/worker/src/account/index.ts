export { AccountAdmission } from './account-admission.js';
