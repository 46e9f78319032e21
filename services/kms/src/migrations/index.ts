import { AddAccountRevision1796500000000 } from './add-account-revision.js';
import { AddKeyOrigins1766000000000 } from './add-key-origins.js';
import { CreateAccounts1764000300000 } from './create-accounts.js';
import { CreateKeyTables1764000000000 } from './create-key-tables.js';

/** In the order they are run. */
export const migrations = [CreateKeyTables1764000000000, CreateAccounts1764000300000, AddKeyOrigins1766000000000, AddAccountRevision1796500000000];
