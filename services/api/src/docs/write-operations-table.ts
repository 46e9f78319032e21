import { readFileSync, writeFileSync } from 'node:fs';
import { readDescriptors } from '@windlass/contracts';
import { readOperations } from '../operation/index.js';
import { withOperationsTable } from './operations-table.js';

// Run by `npm run compatibility`.
const page = new URL('../../../../docs/compatibility.md', import.meta.url);
writeFileSync(page, withOperationsTable(readFileSync(page, 'utf8'), readOperations(readDescriptors())));
