import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { KeyFunction, ListKeyFunctionsRequest, ListKeyFunctionsResponse } from '@windlass/contracts/registry/v1/key_function_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { SCHEMA } from '../database/database.js';
import { versionUrn } from '../function/function-view.js';
import type { FunctionRecord } from '../function/function.state.js';
import { LATEST } from '../function/function-urn.js';
import { readPage } from '../function/page.js';
import { keyMissing } from './customer-key.errors.js';
import { CustomerKeys } from './customer-keys.js';
import { keysOf } from './function-seals.js';

export class ListKeyFunctionsQuery extends Query<ListKeyFunctionsResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListKeyFunctionsRequest,
  ) {
    super();
  }
}

interface Found {
  readonly version: string;
  readonly record: FunctionRecord;
  readonly total: number;
}

@QueryHandler(ListKeyFunctionsQuery)
export class ListKeyFunctionsHandler implements IQueryHandler<ListKeyFunctionsQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: CustomerKeys,
  ) {}

  /** FSS.0404 for what is no key of the project. The working versions first, each with those that were published of it behind; of functions that the caller's permissions reach. */
  async execute({ caller, request }: ListKeyFunctionsQuery): Promise<ListKeyFunctionsResponse> {
    const { offset, limit } = readPage(request.marker, request.maxitems);
    const found = await this.find(caller, request.key_id, offset, limit);
    // Behind the last page there is no row to tell how many there are.
    const [some] = found.length === 0 && offset > 0 ? await this.find(caller, request.key_id, 0, 1) : found;
    // A key that is deleted may have left functions behind; where there are none, it must at least be a key.
    if (some === undefined && !(await this.keys.isKnown(caller, request.key_id))) throw keyMissing();
    return { functions: found.map((each) => view(each, request.key_id)), next_marker: offset + found.length, count: some?.total ?? 0 };
  }

  private find(caller: Caller, keyId: string, offset: number, limit: number): Promise<Found[]> {
    const { all_enterprise_projects: all, enterprise_project_ids: reached } = caller.principal;
    return this.dataSource.query<Found[]>(
      `SELECT version, record, (count(*) OVER ())::integer AS total FROM (
         SELECT f.created_at, f.func_id, 0 AS revision, $1 AS version, f.record, f.project_id, f.enterprise_project_id FROM ${SCHEMA}.functions f
          WHERE f.record->'code'->'sealed'->>'keyId' = $2 OR f.record->'environmentSeal'->>'keyId' = $2
         UNION ALL
         SELECT f.created_at, f.func_id, v.revision, v.name, v.record->'function', f.project_id, f.enterprise_project_id FROM ${SCHEMA}.function_versions v
          JOIN ${SCHEMA}.functions f USING (func_id)
          WHERE v.record->'function'->'code'->'sealed'->>'keyId' = $2 OR v.record->'function'->'environmentSeal'->>'keyId' = $2
       ) found
       WHERE project_id = $3 AND ($4 OR enterprise_project_id = ANY ($5::text[]))
       ORDER BY created_at, func_id, revision OFFSET $6 LIMIT $7`,
      [LATEST, keyId, caller.projectId, all, reached, offset, limit],
    );
  }
}

function view({ record, version }: Found, keyId: string): KeyFunction {
  const fields = new Set(keysOf(record).flatMap((key) => (key.keyId === keyId ? [key.field] : [])));
  return { func_urn: versionUrn(record, version), code: fields.has('code_encrypt_kms_key_id'), environment: fields.has('user_data_encrypt_kms_key_id') };
}
