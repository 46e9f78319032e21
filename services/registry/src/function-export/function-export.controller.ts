import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import type { ExportedFunction, ExportFunctionRequest, ImportFunctionRequest } from '@windlass/contracts/registry/v1/function_export_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller/caller.js';
import { ExportFunctionQuery } from './export-function.js';
import { ImportFunctionCommand } from './import-function.js';

const SERVICE = 'FunctionExportService';

@Controller()
export class FunctionExportController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'exportFunction')
  exportFunction(request: ExportFunctionRequest, metadata: Metadata): Promise<ExportedFunction> {
    return this.queries.execute(new ExportFunctionQuery(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'importFunction')
  importFunction(request: ImportFunctionRequest, metadata: Metadata): Promise<FunctionMessage> {
    return this.commands.execute(new ImportFunctionCommand(this.caller(request, metadata), request));
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return callerOf(this.calls.read(metadata), request.project_id);
  }
}
