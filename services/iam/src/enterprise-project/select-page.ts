import type { ListEnterpriseProjectRequest } from '@windlass/contracts/iam/v1/enterprise_project_service';
import { invalid } from './enterprise-project-rule.js';
import type { EnterpriseProjectRow } from './enterprise-project.entity.js';

export interface EnterpriseProjectPage {
  readonly rows: readonly EnterpriseProjectRow[];
  /** How many the filter finds in all. */
  readonly total: number;
}

const LARGEST_PAGE = 1000;
const SORT_KEYS = { created_at: byTime('createdAt'), updated_at: byTime('updatedAt'), name: byName } as const;

/** What a listing asks for of all there are. The newest come first unless it says otherwise. */
export function selectPage(all: readonly EnterpriseProjectRow[], request: ListEnterpriseProjectRequest): EnterpriseProjectPage {
  const { id, name, status, type, limit = LARGEST_PAGE, offset } = request;
  if (limit < 1 || limit > LARGEST_PAGE) throw invalid('LIMIT_INVALID', `limit must be a number from 1 to ${LARGEST_PAGE}.`);
  if (status > 2) throw invalid('STATUS_INVALID', 'status must be 1 (enabled) or 2 (disabled).');
  const order = orderOf(request);
  const found = all.filter(
    (row) =>
      (id === '' || row.id === id) &&
      (name === '' || row.name.toLowerCase().includes(name.toLowerCase())) &&
      (status === 0 || statusNumber(row) === status) &&
      (type === '' || row.type === type),
  );
  return { rows: found.sort(order).slice(offset, offset + limit), total: found.length };
}

export function statusNumber({ status }: EnterpriseProjectRow): 1 | 2 {
  return status === 'enabled' ? 1 : 2;
}

type Order = (a: EnterpriseProjectRow, b: EnterpriseProjectRow) => number;

function orderOf({ sort_key: key, sort_dir: direction }: ListEnterpriseProjectRequest): Order {
  if (!['', 'asc', 'desc'].includes(direction)) throw invalid('SORT_INVALID', 'sort_dir must be asc or desc.');
  if (key !== '' && !Object.hasOwn(SORT_KEYS, key)) throw invalid('SORT_INVALID', `sort_key must be one of ${Object.keys(SORT_KEYS).join(', ')}.`);
  const ascending = SORT_KEYS[(key || 'created_at') as keyof typeof SORT_KEYS];
  const turn = direction === 'asc' ? 1 : -1;
  // The id decides between equals, so that no page shows what another one did.
  return (a, b) => turn * (ascending(a, b) || compare(a.id, b.id));
}

function byTime(key: 'createdAt' | 'updatedAt'): Order {
  return (a, b) => a[key].getTime() - b[key].getTime();
}

function byName(a: EnterpriseProjectRow, b: EnterpriseProjectRow): number {
  return compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
