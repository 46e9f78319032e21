import { BLOCK_BYTES, probeOf, type Requirement } from '../chunk/index.js';

/** The requirement as a condition on the column `filter`. Holds nothing but numbers, so nothing has to be bound. */
export function requirementSql(requirement: Requirement): string {
  const condition = conditionOf(requirement);
  return condition === undefined ? 'TRUE' : `(filter IS NULL OR ${condition})`;
}

function conditionOf(requirement: Requirement): string | undefined {
  switch (requirement.kind) {
    case 'always':
      return undefined;
    case 'word':
      return wordSql(requirement.hash);
    case 'all':
    case 'any':
      return `(${requirement.of.map(conditionOf).join(requirement.kind === 'all' ? ' AND ' : ' OR ')})`;
    default:
      return requirement satisfies never;
  }
}

/**
 * Reads one block of the filter, which is stored outside the row and without compression, so that PostgreSQL fetches no more than
 * that. OFFSET keeps it from fetching the block once for each bit.
 */
function wordSql(hash: number): string {
  const { block, bits } = probeOf(hash);
  const bitsAreSet = bits.map((bit) => `get_bit(block, ${bit}) = 1`).join(' AND ');
  const place = `(${block}::bigint % (octet_length(filter) / ${BLOCK_BYTES}))::integer * ${BLOCK_BYTES} + 1`;
  return `(SELECT ${bitsAreSet} FROM (SELECT substring(filter FROM ${place} FOR ${BLOCK_BYTES}) AS block OFFSET 0) AS fetched)`;
}
