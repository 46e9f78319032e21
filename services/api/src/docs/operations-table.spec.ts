import { readFileSync } from 'node:fs';
import { readDescriptors } from '@windlass/contracts';
import { readOperations } from '../operation/index.js';
import { withOperationsTable } from './operations-table.js';

const operations = readOperations(readDescriptors());

describe('docs/compatibility.md', () => {
  it('lists the operations of the contracts as they are (else run `npm run compatibility` in services/api)', () => {
    const page = readFileSync(new URL('../../../../docs/compatibility.md', import.meta.url), 'utf8');
    expect(page).toBe(withOperationsTable(page, operations));
  });

  it('must have a place for them', () => {
    expect(() => withOperationsTable('# A page', operations)).toThrow('must hold the line');
  });
});
