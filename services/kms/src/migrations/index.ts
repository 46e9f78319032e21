import { CreateKeyTables1764000000000 } from './create-key-tables.js';

/** In the order they are run. */
export const migrations = [CreateKeyTables1764000000000];
