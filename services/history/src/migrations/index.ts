import { CreateCheckpointTables1767000000000 } from './create-checkpoint-tables.js';

/** In the order they are run. */
export const migrations = [CreateCheckpointTables1767000000000];
