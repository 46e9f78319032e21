import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { FunctionCode, UpdateFunctionCodeRequest } from '@windlass/contracts/registry/v1/function_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { AcceptedPackages } from '../code-package/accepted-packages.js';
import { readUploadedCode } from '../code-package/uploaded-code.js';
import { FunctionSeals } from '../customer-key/function-seals.js';
import { AttachedDependencies } from '../dependency/attached-dependencies.js';
import { Quotas } from '../quota/quota-usage.js';
import { FunctionLookup } from './function-lookup.js';
import { FunctionStreams } from './function-streams.js';
import { viewFunctionCode } from './function-view.js';
import { activeFunction } from './function.state.js';
import { imageName } from './image-name.js';
import { replaceFunctionCode } from './replace-function-code.decider.js';

export class ReplaceFunctionCodeCommand extends Command<FunctionCode> {
  constructor(
    readonly caller: Caller,
    readonly request: UpdateFunctionCodeRequest,
  ) {
    super();
  }
}

@CommandHandler(ReplaceFunctionCodeCommand)
export class ReplaceFunctionCodeHandler implements ICommandHandler<ReplaceFunctionCodeCommand> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly quotas: Quotas,
    private readonly dependencies: AttachedDependencies,
    private readonly packages: AcceptedPackages,
    private readonly seals: FunctionSeals,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: ReplaceFunctionCodeCommand): Promise<FunctionCode> {
    const urn = request.function_urn;
    const { record } = await this.lookup.find(caller, urn);
    const upload = readUploadedCode(request);
    const dependencies = await this.dependencies.read(caller, request.depend_version_list);
    const codeBytes = upload.type === 'obs' ? 0 : upload.content.length - record.code.sizeBytes;
    await this.quotas.requireRoom(this.dataSource.manager, caller.domainId, { functions: 0, codeBytes });

    // Code stays under the key of the function until another one is named.
    const reference = request.code_encrypt_kms_key_id || (record.code.sealed?.key ?? '');
    const accepted = await this.packages.accept(upload, await this.seals.forCode(record, record.settings.agencies, reference, caller.requestId));
    const now = this.clock.now();
    const state = await this.streams.execute(caller, record, replaceFunctionCode, {
      urn,
      // A code file's name is part of how a tenant sees the function: it stays until another one is given.
      code: { ...accepted, filename: accepted.filename || record.code.filename, imageName: imageName(now), ...(dependencies.length > 0 && { dependencies }) },
      now: now.toISOString(),
    });
    return viewFunctionCode(activeFunction(state), upload.type === 'inline' ? upload.content : undefined);
  }
}
