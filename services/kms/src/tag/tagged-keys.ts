import type { KeyTagValues, ListKmsByTagsRequest } from '@windlass/contracts/kms/v1/key_tag_service';
import type { SelectQueryBuilder } from 'typeorm';
import type { Caller } from '../caller.js';
import { invalidTag, KeyRow, KeyTable } from '../key/index.js';
import { refusal } from '../refusal.js';

const USUAL_LIMIT = '10';
const HIGHEST_LIMIT = 1000;
const MOST_KEYS = 10;
const MOST_VALUES = 10;

/** The project's keys by their tags, as far as the caller's policies reach. */
export class TaggedKeys {
  constructor(private readonly keys: KeyTable) {}

  /** All tags, by key, values sorted. */
  async values(caller: Caller): Promise<KeyTagValues[]> {
    const [sql, parameters] = this.reached(caller).select('key.tags', 'tags').getQueryAndParameters();
    return this.keys.manager.query<KeyTagValues[]>(
      `SELECT tag->>'key' AS key, array_agg(DISTINCT tag->>'value' ORDER BY tag->>'value') AS values
         FROM (${sql}) AS found, jsonb_array_elements(found.tags) AS tag GROUP BY 1 ORDER BY 1`,
      parameters,
    );
  }

  /** In the order of their ids, a page at a time; for counting without any. */
  async find(caller: Caller, request: ListKmsByTagsRequest): Promise<{ rows: KeyRow[]; total: number }> {
    const { action } = request;
    if (action !== 'filter' && action !== 'count') throw invalidTag('KMS.0404', 'action is filter or count');
    const limit = limitOf(request.limit);
    if (!/^\d{0,9}$/.test(request.offset)) throw invalidTag('KMS.0417', 'offset is a number from 0 on');
    const matching = this.reached(caller);
    narrow(matching, request);
    const total = await matching.getCount();
    return { total, rows: action === 'count' ? [] : await matching.orderBy('key.id').offset(Number(request.offset)).limit(limit).getMany() };
  }

  private reached({ projectId, principal }: Caller): SelectQueryBuilder<KeyRow> {
    const reached = this.keys.manager.createQueryBuilder(KeyRow, 'key').where('key.projectId = :projectId', { projectId });
    return principal.all_enterprise_projects ? reached : reached.andWhere('key.enterpriseProjectId = ANY(:reached)', { reached: principal.enterprise_project_ids });
  }
}

function narrow(matching: SelectQueryBuilder<KeyRow>, { matches, tags }: ListKmsByTagsRequest): void {
  for (const { key, value } of matches) {
    if (key !== 'resource_name') throw invalidTag('KMS.0403', 'matches knows resource_name only');
    if (matches.length > 1) throw invalidTag('KMS.0403', 'matches names resource_name more than once');
    matching.andWhere('strpos(lower(key.alias), lower(:part)) > 0', { part: storable(value ?? '', 'KMS.0402') });
  }
  if (tags.length > MOST_KEYS) throw invalidTag('KMS.0412', `${tags.length} keys are looked for, and ${MOST_KEYS} is the most`);
  for (const [index, { key, values }] of tags.entries()) {
    if (values.length > MOST_VALUES) throw invalidTag('KMS.0413', `${values.length} values of a key are looked for, and ${MOST_VALUES} is the most`);
    const any = values.length === 0 ? [{ key: storable(key, 'KMS.0406') }] : values.map((value) => ({ key: storable(key, 'KMS.0406'), value: storable(value, 'KMS.0405') }));
    matching.andWhere(`key.tags @> ANY(:any${index}::jsonb[])`, { [`any${index}`]: any.map((tag) => JSON.stringify([tag])) });
  }
}

function limitOf(text: string): number {
  const limit = /^\d{1,4}$/.test(text === '' ? USUAL_LIMIT : text) ? Number(text === '' ? USUAL_LIMIT : text) : 0;
  if (limit < 1 || limit > HIGHEST_LIMIT) throw refusal('invalid', 'KMS.1601', 'INVALID_LIMIT', `The limit is invalid: it is a number from 1 to ${HIGHEST_LIMIT}.`);
  return limit;
}

/** PostgreSQL keeps no NUL: no alias or tag has one. */
function storable(text: string, code: `KMS.04${number}`): string {
  if (text.includes('\0')) throw invalidTag(code, 'a name or value holds a NUL character');
  return text;
}
