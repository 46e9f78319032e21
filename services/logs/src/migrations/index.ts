import { CreateLogTables1764000000000 } from './create-log-tables.js';

/** In the order they are run. */
export const migrations = [CreateLogTables1764000000000];
