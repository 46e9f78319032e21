export { PastAccount, type CountedQuota } from './past-account.js';
