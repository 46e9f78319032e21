import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { FunctionMessage, LogConfig } from '@windlass/contracts/registry/v1/function';
import type {
  CreateFunctionRequest,
  DeleteFunctionRequest,
  DeleteFunctionResponse,
  EnableLtsLogsRequest,
  EnableLtsLogsResponse,
  FunctionCode,
  ListFunctionsRequest,
  ListFunctionsResponse,
  ListQuotasRequest,
  ListQuotasResponse,
  ShowFunctionCodeRequest,
  ShowFunctionConfigRequest,
  ShowLtsLogDetailsRequest,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigRequest,
  UpdateFunctionMaxInstanceConfigRequest,
} from '@windlass/contracts/registry/v1/function_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller/caller.js';
import { ShowPastCodeQuery } from '../history/read-past-code.js';
import { ListPastFunctionsQuery, ShowPastFunctionQuery } from '../history/read-past-functions.js';
import { ListPastQuotasQuery } from '../history/read-past-quotas.js';
import { ListQuotasQuery } from '../quota/list-quotas.js';
import { ChangeMaxInstancesCommand } from './change-max-instances.js';
import { CreateFunctionCommand } from './create-function.js';
import { DeleteFunctionCommand } from './delete-function.js';
import { EnableLtsLogsCommand } from './enable-lts-logs.js';
import { ListFunctionsQuery } from './list-functions.js';
import { ReplaceFunctionCodeCommand } from './replace-function-code.js';
import { ReplaceFunctionConfigCommand } from './replace-function-config.js';
import { ShowFunctionCodeQuery, ShowFunctionLogsQuery, ShowFunctionQuery } from './show-function.js';

const SERVICE = 'FunctionService';

@Controller()
export class FunctionController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'createFunction')
  createFunction(request: CreateFunctionRequest, metadata: Metadata): Promise<FunctionMessage> {
    return this.commands.execute(new CreateFunctionCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'listFunctions')
  listFunctions(request: ListFunctionsRequest, metadata: Metadata): Promise<ListFunctionsResponse> {
    const caller = this.caller(request, metadata);
    const { as_of: asOf } = request;
    return this.queries.execute(asOf === undefined ? new ListFunctionsQuery(caller, request) : new ListPastFunctionsQuery(caller, request, asOf));
  }

  @GrpcMethod(SERVICE, 'deleteFunction')
  async deleteFunction(request: DeleteFunctionRequest, metadata: Metadata): Promise<DeleteFunctionResponse> {
    await this.commands.execute(new DeleteFunctionCommand(this.caller(request, metadata), request.function_urn));
    return {};
  }

  @GrpcMethod(SERVICE, 'showFunctionConfig')
  showFunctionConfig(request: ShowFunctionConfigRequest, metadata: Metadata): Promise<FunctionMessage> {
    const caller = this.caller(request, metadata);
    const { function_urn: urn, as_of: asOf } = request;
    return this.queries.execute(asOf === undefined ? new ShowFunctionQuery(caller, urn) : new ShowPastFunctionQuery(caller, urn, asOf));
  }

  @GrpcMethod(SERVICE, 'updateFunctionConfig')
  updateFunctionConfig(request: UpdateFunctionConfigRequest, metadata: Metadata): Promise<FunctionMessage> {
    return this.commands.execute(new ReplaceFunctionConfigCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'updateFunctionMaxInstanceConfig')
  updateFunctionMaxInstanceConfig(request: UpdateFunctionMaxInstanceConfigRequest, metadata: Metadata): Promise<FunctionMessage> {
    return this.commands.execute(new ChangeMaxInstancesCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'showFunctionCode')
  showFunctionCode(request: ShowFunctionCodeRequest, metadata: Metadata): Promise<FunctionCode> {
    const caller = this.caller(request, metadata);
    const { function_urn: urn, as_of: asOf } = request;
    return this.queries.execute(asOf === undefined ? new ShowFunctionCodeQuery(caller, urn) : new ShowPastCodeQuery(caller, urn, asOf));
  }

  @GrpcMethod(SERVICE, 'updateFunctionCode')
  updateFunctionCode(request: UpdateFunctionCodeRequest, metadata: Metadata): Promise<FunctionCode> {
    return this.commands.execute(new ReplaceFunctionCodeCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'showLtsLogDetails')
  showLtsLogDetails(request: ShowLtsLogDetailsRequest, metadata: Metadata): Promise<LogConfig> {
    return this.queries.execute(new ShowFunctionLogsQuery(this.caller(request, metadata), request.function_urn));
  }

  @GrpcMethod(SERVICE, 'enableLtsLogs')
  async enableLtsLogs(request: EnableLtsLogsRequest, metadata: Metadata): Promise<EnableLtsLogsResponse> {
    await this.commands.execute(new EnableLtsLogsCommand(this.caller(request, metadata)));
    return {};
  }

  @GrpcMethod(SERVICE, 'listQuotas')
  listQuotas(request: ListQuotasRequest, metadata: Metadata): Promise<ListQuotasResponse> {
    const caller = this.caller(request, metadata);
    return this.queries.execute(request.as_of === undefined ? new ListQuotasQuery(caller) : new ListPastQuotasQuery(caller, request.as_of));
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return callerOf(this.calls.read(metadata), request.project_id);
  }
}
