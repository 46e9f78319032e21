export { AccountCopy, addAccountIsolation, addAccountRevision, createAccountTable, dropAccountIsolation, dropAccountRevision, dropAccountTable } from './account-copy.js';
export { standingOf, type AccountStanding, type AccountStatus, type IsolationDemand } from './account-standing.js';
export { followAccounts } from './follow-accounts.js';
export { KnownAccounts } from './known-accounts.js';
export { rebuildAccounts, rebuildAccountsOf } from './rebuild-accounts.js';
export { howToRaise, isQuotaType, QUOTAS, type OwnQuotas, type QuotaType } from './quota-types.js';
