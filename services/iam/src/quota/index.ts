export { ownQuota } from './own-quota.js';
