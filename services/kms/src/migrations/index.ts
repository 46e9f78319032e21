import { AddAccountIsolation1797000000000 } from './add-account-isolation.js';
import { AddAccountRevision1796500000000 } from './add-account-revision.js';
import { AddImportsTagsAndGrants1796600200000 } from './add-imports-tags-and-grants.js';
import { AddKeyLifecycles1796600000000 } from './add-key-lifecycles.js';
import { AddKeyOrigins1766000000000 } from './add-key-origins.js';
import { CreateAccounts1764000300000 } from './create-accounts.js';
import { CreateKeyTables1764000000000 } from './create-key-tables.js';
import { CreateKeyUses1796600100000 } from './create-key-uses.js';

/** In the order they are run. */
export const migrations = [
  CreateKeyTables1764000000000,
  CreateAccounts1764000300000,
  AddKeyOrigins1766000000000,
  AddAccountRevision1796500000000,
  AddAccountIsolation1797000000000,
  AddKeyLifecycles1796600000000,
  CreateKeyUses1796600100000,
  AddImportsTagsAndGrants1796600200000,
];
