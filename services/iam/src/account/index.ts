export { account, accountStream, isAccountStream } from './account.decider.js';
export { AccountRow, projectAccount } from './account.entity.js';
export { publishAccount } from './account.published.js';
