export { account, accountStream } from './account.decider.js';
export { AccountRow, projectAccount } from './account.entity.js';
export { publishAccount } from './account.published.js';
