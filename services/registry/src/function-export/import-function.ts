import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import type { ImportFunctionRequest } from '@windlass/contracts/registry/v1/function_export_service';
import type { Caller } from '../caller/caller.js';
import { unpackInline } from '../code-package/inline-package.js';
import { PACKAGE_LIMITS } from '../code-package/package-limits.js';
import { decodeBase64 } from '../code-package/uploaded-code.js';
import { CreateFunctionCommand } from '../function/create-function.js';
import { AttachedDependencies } from '../dependency/attached-dependencies.js';
import { refusal } from '../refusal.js';
import { readArchive } from './function-archive.js';
import { LARGEST_DOCUMENT_BYTES, readDocument } from './function-document.js';

/** Creates a function from the file of an export. */
export class ImportFunctionCommand extends Command<FunctionMessage> {
  constructor(
    readonly caller: Caller,
    readonly request: ImportFunctionRequest,
  ) {
    super();
  }
}

@CommandHandler(ImportFunctionCommand)
export class ImportFunctionHandler implements ICommandHandler<ImportFunctionCommand> {
  constructor(
    private readonly commands: CommandBus,
    private readonly dependencies: AttachedDependencies,
  ) {}

  /** Names of the request go before those of the file. Everything else is as if the caller had created it. */
  async execute({ caller, request }: ImportFunctionCommand): Promise<FunctionMessage> {
    if (request.file_type !== '' && request.file_type !== 'zip') {
      throw refusal('invalid', 'FSS.0400', 'IMPORT_TYPE_INVALID', `file_type is ${JSON.stringify(request.file_type.slice(0, 40))}. Use zip.`);
    }
    const { document, code } = await readArchive(readFile(request.file_code));
    const { request: described, scaling, dependencies } = readDocument(document);
    const file = described.code_type === 'inline' ? unpackInline(code) : code;
    const create = {
      ...described,
      project_id: request.project_id,
      func_name: request.func_name || described.func_name,
      package: request.package || described.package,
      // Code that came from a bucket lies in the file now.
      code_type: described.code_type === 'obs' ? 'zip' : described.code_type,
      depend_version_list: await this.dependencies.idsOf(caller, dependencies),
      func_code: { file: file.toString('base64'), link: '' },
    };
    return this.commands.execute(new CreateFunctionCommand(caller, create, scaling));
  }
}

/** FSS.1023 for more than an export can have. */
function readFile(base64: string): Buffer {
  if (base64 === '') throw refusal('invalid', 'FSS.1012', 'CODE_MISSING', 'file_code is missing. Send the Base64 of an exported file.');
  const content = decodeBase64('file_code', base64);
  const limit = PACKAGE_LIMITS.packedBytes + LARGEST_DOCUMENT_BYTES;
  if (content.length > limit) throw refusal('invalid', 'FSS.1023', 'IMPORT_TOO_LARGE', `The file has ${content.length} bytes; ${limit} are allowed.`);
  return content;
}
