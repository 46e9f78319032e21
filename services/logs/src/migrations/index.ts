import { CreateAccounts1764000300000 } from './create-accounts.js';
import { CreateLogTables1764000000000 } from './create-log-tables.js';

/** In the order they are run. */
export const migrations = [CreateLogTables1764000000000, CreateAccounts1764000300000];
