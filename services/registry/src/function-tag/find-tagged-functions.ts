import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { FindTaggedFunctionsRequest, TagValues, TaggedFunctions } from '@windlass/contracts/registry/v1/function_tag_service';
import { DataSource, In, type SelectQueryBuilder } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { functionUrn } from '../function/function-urn.js';
import type { FunctionRow } from '../function/function.entity.js';
import { refusal } from '../refusal.js';
import { FunctionTagRow } from './function-tag.entity.js';
import { ENTERPRISE_PROJECT_KEY, MOST_TAGS } from './function-tag.js';
import { reachedFunctions } from './reached-functions.js';
import { enterpriseProjectTag, viewTag } from './show-tags.js';

const USUAL_PAGE = 100;
const LONGEST_PAGE = 1000;
const LARGEST_OFFSET = 2 ** 31 - 1;
const MOST_VALUES = 100;

export class FindTaggedFunctionsQuery extends Query<TaggedFunctions> {
  constructor(
    readonly caller: Caller,
    readonly request: FindTaggedFunctionsRequest,
    /** What the path says is to be done: only counting needs no page. */
    readonly action: 'filter' | 'count',
  ) {
    super();
  }
}

@QueryHandler(FindTaggedFunctionsQuery)
export class FindTaggedFunctionsHandler implements IQueryHandler<FindTaggedFunctionsQuery> {
  constructor(private readonly dataSource: DataSource) {}

  /** In order of creation, a page at a time. */
  async execute({ caller, request, action }: FindTaggedFunctionsQuery): Promise<TaggedFunctions> {
    if (request.action !== '' && request.action !== action) throw invalid(`action is ${JSON.stringify(request.action.slice(0, 40))}, but the path says ${action}.`);
    const { limit, offset } = request;
    if (limit > LONGEST_PAGE) throw invalid(`limit is ${limit}, and a page has at most ${LONGEST_PAGE} functions.`);
    const selected = reachedFunctions(this.dataSource.manager, caller);
    narrow(selected, request);
    if (action === 'count') return { resources: [], total_count: await selected.getCount() };
    const page = selected.orderBy('f.createdAt').addOrderBy('f.funcId').offset(Math.min(offset, LARGEST_OFFSET)).limit(limit === 0 ? USUAL_PAGE : limit);
    const [rows, total_count] = await page.getManyAndCount();
    const tags = await this.dataSource.manager.find(FunctionTagRow, { where: { funcId: In(rows.map(({ funcId }) => funcId)) }, order: { position: 'ASC' } });
    return {
      total_count,
      resources: rows.map((row) => ({
        resource_id: `${functionUrn(row.record.region, row)}:latest`,
        resource_name: row.name,
        resource_detail: { detailId: row.funcId },
        tags: tags.filter(({ funcId }) => funcId === row.funcId).map(viewTag),
        sys_tags: [enterpriseProjectTag(row)],
      })),
    };
  }
}

function narrow(selected: SelectQueryBuilder<FunctionRow>, { matches, tags, sys_tags, without_any_tag }: FindTaggedFunctionsRequest): void {
  for (const { key, value } of matches) {
    if (key !== 'resource_name') throw invalid(`matches knows resource_name, not ${JSON.stringify(key.slice(0, 40))}.`);
    if (matches.length > 1) throw invalid('matches names resource_name more than once.');
    selected.andWhere('strpos(lower(f.name), lower(:part)) > 0', { part: storable(value ?? '') });
  }
  for (const { key, values } of sys_tags) {
    if (key !== ENTERPRISE_PROJECT_KEY) throw invalid(`sys_tags knows ${ENTERPRISE_PROJECT_KEY}, not ${JSON.stringify(key.slice(0, 40))}.`);
    if (values.length > 0) selected.andWhere('f.enterpriseProjectId = ANY(:projects)', { projects: values.map(storable) });
  }
  const ofFunction = selected.subQuery().select('1').from(FunctionTagRow, 't').where('t.funcId = f.funcId');
  if (without_any_tag) {
    selected.andWhere(`NOT EXISTS ${ofFunction.getQuery()}`);
    return;
  }
  requireFew(tags);
  for (const [index, { key, values }] of tags.entries()) {
    const wanted = ofFunction.clone().andWhere(`t.key = :key${index}`);
    if (values.length > 0) wanted.andWhere(`t.value = ANY(:values${index})`);
    selected.andWhere(`EXISTS ${wanted.getQuery()}`, { [`key${index}`]: storable(key), [`values${index}`]: values.map(storable) });
  }
}

function requireFew(tags: readonly TagValues[]): void {
  if (tags.length > MOST_TAGS) throw invalid(`tags names ${tags.length} keys, and a function has at most ${MOST_TAGS}.`);
  const long = tags.find(({ values }) => values.length > MOST_VALUES);
  if (long !== undefined) throw invalid(`The key ${JSON.stringify(long.key.slice(0, 128))} comes with ${long.values.length} values; at most ${MOST_VALUES} are looked for at once.`);
}

/** PostgreSQL keeps no NUL: no name or tag has one. */
function storable(text: string): string {
  if (text.includes('\0')) throw invalid('A name or tag holds a NUL character.');
  return text;
}

function invalid(message: string): Error {
  return refusal('invalid', 'FSS.0400', 'TAG_FILTER_INVALID', message);
}
