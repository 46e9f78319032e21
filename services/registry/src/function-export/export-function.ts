import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ExportedFunction, ExportFunctionRequest } from '@windlass/contracts/registry/v1/function_export_service';
import type { Caller } from '../caller/caller.js';
import { CheckSlots } from '../code-package/check-slots.js';
import { FunctionSeals } from '../customer-key/function-seals.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { refusal } from '../refusal.js';
import { writeArchive } from './function-archive.js';
import { writeDocument } from './function-document.js';

export class ExportFunctionQuery extends Query<ExportedFunction> {
  constructor(
    readonly caller: Caller,
    readonly request: ExportFunctionRequest,
  ) {
    super();
  }
}

@QueryHandler(ExportFunctionQuery)
export class ExportFunctionHandler implements IQueryHandler<ExportFunctionQuery> {
  /** A whole package lies in memory for each of them. */
  private readonly slots = new CheckSlots(2, 14);

  constructor(
    private readonly lookup: FunctionLookup,
    private readonly seals: FunctionSeals,
  ) {}

  /** Code alone is the package as it was uploaded; a configuration comes in an archive, with or without the code. */
  async execute({ caller, request }: ExportFunctionQuery): Promise<ExportedFunction> {
    const { record, version } = await this.lookup.locate(caller, request.function_urn);
    const { config, code } = readWish(request);
    return this.slots.use(async () => {
      const zip = code ? await this.seals.readCode(caller, record, version) : undefined;
      const content = config || zip === undefined ? await writeArchive(writeDocument(record, await this.seals.readUserData(caller, record, version)), zip) : zip;
      return { file_name: `${record.name}.zip`, content };
    });
  }
}

function readWish({ config, code, type }: ExportFunctionRequest): { config: boolean; code: boolean } {
  if (type !== '' && type !== 'config' && type !== 'code') {
    throw refusal('invalid', 'FSS.0400', 'EXPORT_TYPE_INVALID', `type is ${JSON.stringify(type.slice(0, 40))}. Use config or code, or the parameters of these names.`);
  }
  const wish = { config: config || type === 'config', code: code || type === 'code' };
  if (!wish.config && !wish.code) throw refusal('invalid', 'FSS.0400', 'EXPORT_EMPTY', 'Nothing is asked for. Use config=true, code=true or both.');
  return wish;
}
