import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { FunctionTags, ProjectTags, Tag, TagValues } from '@windlass/contracts/registry/v1/function_tag_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { FunctionTagRow } from './function-tag.entity.js';
import { ENTERPRISE_PROJECT_KEY } from './function-tag.js';
import { reachedFunctions } from './reached-functions.js';

export class ShowFunctionTagsQuery extends Query<FunctionTags> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
  ) {
    super();
  }
}

@QueryHandler(ShowFunctionTagsQuery)
export class ShowFunctionTagsHandler implements IQueryHandler<ShowFunctionTagsQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
  ) {}

  async execute({ caller, urn }: ShowFunctionTagsQuery): Promise<FunctionTags> {
    const { row } = await this.lookup.locate(caller, urn);
    const tags = await this.dataSource.manager.find(FunctionTagRow, { where: { funcId: row.funcId }, order: { position: 'ASC' } });
    return { tags: tags.map(viewTag), sys_tags: [enterpriseProjectTag(row)] };
  }
}

export class ShowProjectTagsQuery extends Query<ProjectTags> {
  constructor(readonly caller: Caller) {
    super();
  }
}

@QueryHandler(ShowProjectTagsQuery)
export class ShowProjectTagsHandler implements IQueryHandler<ShowProjectTagsQuery> {
  constructor(private readonly dataSource: DataSource) {}

  /** Of the functions that the caller's permissions reach. */
  async execute({ caller }: ShowProjectTagsQuery): Promise<ProjectTags> {
    const functions = reachedFunctions(this.dataSource.manager, caller);
    const tags = await functions
      .clone()
      .innerJoin(FunctionTagRow, 't', 't.funcId = f.funcId')
      .select('t.key', 'key')
      .addSelect('array_agg(DISTINCT t.value ORDER BY t.value)', 'values')
      .groupBy('t.key')
      .orderBy('t.key')
      .getRawMany<TagValues>();
    const projects = await functions.select('DISTINCT f.enterpriseProjectId', 'id').orderBy('id').getRawMany<{ id: string }>();
    return { tags, sys_tags: projects.length === 0 ? [] : [{ key: ENTERPRISE_PROJECT_KEY, values: projects.map(({ id }) => id) }] };
  }
}

export function viewTag({ key, value }: { readonly key: string; readonly value: string }): Tag {
  return { key, value };
}

export function enterpriseProjectTag({ enterpriseProjectId }: { readonly enterpriseProjectId: string }): Tag {
  return { key: ENTERPRISE_PROJECT_KEY, value: enterpriseProjectId };
}
