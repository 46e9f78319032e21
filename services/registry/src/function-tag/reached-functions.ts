import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { FunctionRow } from '../function/function.entity.js';

/** The functions of the caller's project in the enterprise projects that its permissions reach, as `f`. */
export function reachedFunctions(manager: EntityManager, caller: Caller): SelectQueryBuilder<FunctionRow> {
  const selected = manager.createQueryBuilder(FunctionRow, 'f').where('f.projectId = :projectId', { projectId: caller.projectId });
  const { all_enterprise_projects: all, enterprise_project_ids: reached } = caller.principal;
  return all ? selected : selected.andWhere('f.enterpriseProjectId = ANY(:reached)', { reached });
}
