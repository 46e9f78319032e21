import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { FunctionCode } from '@windlass/contracts/registry/v1/function_service';
import type { Caller } from '../caller/caller.js';
import { unpackInline } from '../code-package/inline-package.js';
import { PackageStore } from '../code-package/package-store.js';
import { FunctionSeals } from '../customer-key/function-seals.js';
import { storedDigest } from '../function/function.state.js';
import { viewFunctionCode } from '../function/function-view.js';
import { PastFunctions } from './past-functions.js';

/** What ShowFunctionCodeQuery would have answered then; of code that is no longer kept, without the code. */
export class ShowPastCodeQuery extends Query<FunctionCode> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ShowPastCodeQuery)
export class ShowPastCodeHandler implements IQueryHandler<ShowPastCodeQuery> {
  constructor(
    private readonly past: PastFunctions,
    private readonly packages: PackageStore,
    private readonly seals: FunctionSeals,
  ) {}

  async execute({ caller, urn, asOf }: ShowPastCodeQuery): Promise<FunctionCode> {
    const { record, version } = await this.past.locate(caller, urn, await this.past.moment(caller, asOf));
    const { type } = record.code;
    if ((await this.packages.stat(storedDigest(record.code))) === undefined) return { ...viewFunctionCode(record, undefined, version), code_kept: false };
    if (type !== 'inline') await this.seals.requireCodeReader(caller, record);
    const source = type === 'inline' ? unpackInline(await this.seals.readCode(caller, record, version)) : undefined;
    return viewFunctionCode(record, source, version);
  }
}
