import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ResolveInvocationResponse } from '@windlass/contracts/registry/v1/invocation_service';
import type { Caller } from '../caller/caller.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { refusal } from '../refusal.js';

export class ResolveInvocationQuery extends Query<ResolveInvocationResponse> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
  ) {
    super();
  }
}

@QueryHandler(ResolveInvocationQuery)
export class ResolveInvocationHandler implements IQueryHandler<ResolveInvocationQuery> {
  constructor(private readonly lookup: FunctionLookup) {}

  /**
   * Which version a worker is to run, and at least how new its knowledge of it must be. Of an alias only the name is
   * answered: the worker sends each request of an alias to a version, whichever way it came.
   */
  async execute({ caller, urn }: ResolveInvocationQuery): Promise<ResolveInvocationResponse> {
    const { row, qualifier, revision, record } = await this.lookup.locate(caller, urn);
    if (record.scaling.maxInstances === 0) {
      throw refusal(
        'precondition_failed',
        'FSS.0428',
        'FUNCTION_DISABLED',
        `The function ${record.name} is disabled: its most instances are 0. Raise max_instance_num to enable it.`,
      );
    }
    return { func_id: row.funcId, version: qualifier, revision };
  }
}
