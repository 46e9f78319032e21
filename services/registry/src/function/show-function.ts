import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { LogConfig, type FunctionMessage } from '@windlass/contracts/registry/v1/function';
import type { FunctionCode } from '@windlass/contracts/registry/v1/function_service';
import type { Caller } from '../caller/caller.js';
import { unpackInline } from '../code-package/inline-package.js';
import { shownUserData } from '../customer-key/shown-user-data.js';
import { FunctionSeals } from '../customer-key/function-seals.js';
import { FunctionLookup, type LocatedFunction } from './function-lookup.js';
import { viewFunction, viewFunctionCode } from './function-view.js';
import type { FunctionRecord } from './function.state.js';

export class ShowFunctionQuery extends Query<FunctionMessage> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
  ) {
    super();
  }
}

@QueryHandler(ShowFunctionQuery)
export class ShowFunctionHandler implements IQueryHandler<ShowFunctionQuery> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly seals: FunctionSeals,
  ) {}

  async execute({ caller, urn }: ShowFunctionQuery): Promise<FunctionMessage> {
    const located = await this.lookup.locate(caller, urn);
    return { ...viewFunction(withCurrentOwner(located), located), ...(await shownUserData(this.seals, caller, located)) };
  }
}

/** A version is as it was published, but it lies where its function lies now. */
export function withCurrentOwner({ record, row }: Pick<LocatedFunction, 'record' | 'row'>): FunctionRecord {
  return { ...record, settings: { ...record.settings, enterpriseProjectId: row.enterpriseProjectId } };
}

export class ShowFunctionCodeQuery extends Query<FunctionCode> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
  ) {
    super();
  }
}

@QueryHandler(ShowFunctionCodeQuery)
export class ShowFunctionCodeHandler implements IQueryHandler<ShowFunctionCodeQuery> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly seals: FunctionSeals,
  ) {}

  /** Inline code comes as its text. A package does not: its digest is enough for the edge to give a link to it. */
  async execute({ caller, urn }: ShowFunctionCodeQuery): Promise<FunctionCode> {
    const { record, version } = await this.lookup.locate(caller, urn);
    if (record.code.type !== 'inline') await this.seals.requireCodeReader(caller, record);
    const source = record.code.type === 'inline' ? unpackInline(await this.seals.readCode(caller, record, version)) : undefined;
    return viewFunctionCode(record, source, version);
  }
}

export class ShowFunctionLogsQuery extends Query<LogConfig> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
  ) {
    super();
  }
}

@QueryHandler(ShowFunctionLogsQuery)
export class ShowFunctionLogsHandler implements IQueryHandler<ShowFunctionLogsQuery> {
  constructor(private readonly lookup: FunctionLookup) {}

  /** All names and ids are empty while logs are off. */
  async execute({ caller, urn }: ShowFunctionLogsQuery): Promise<LogConfig> {
    const { logs } = (await this.lookup.locate(caller, urn)).record;
    if (!logs.enabled) return LogConfig.fromPartial({});
    return { group_name: logs.groupName, group_id: logs.groupId, stream_name: logs.streamName, stream_id: logs.streamId };
  }
}
