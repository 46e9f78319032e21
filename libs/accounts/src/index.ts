export { AccountCopy, addAccountRevision, createAccountTable, dropAccountRevision, dropAccountTable } from './account-copy.js';
export { standingOf, type AccountStanding, type AccountStatus } from './account-standing.js';
export { followAccounts } from './follow-accounts.js';
export { KnownAccounts } from './known-accounts.js';
export { rebuildAccounts, rebuildAccountsOf } from './rebuild-accounts.js';
export { howToRaise, isQuotaType, QUOTAS, type OwnQuotas, type QuotaType } from './quota-types.js';
