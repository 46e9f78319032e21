import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  BatchDeleteFunctionTriggersRequest,
  CreateFunctionTriggerRequest,
  DeleteFunctionTriggerRequest,
  DeleteFunctionTriggerResponse,
  ListFunctionTriggersRequest,
  ListFunctionTriggersResponse,
  ListTriggersRequest,
  ListTriggersResponse,
  ShowFunctionTriggerRequest,
  Trigger,
  UpdateTriggerRequest,
} from '@windlass/contracts/registry/v1/trigger_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller/caller.js';
import { ChangeTriggerCommand } from './change-trigger.js';
import { ListPastProjectTriggersQuery, ListPastTriggersQuery, ShowPastTriggerQuery } from '../history/read-past-triggers.js';
import { CreateTriggerCommand } from './create-trigger.js';
import { DeleteAllTriggersCommand, DeleteTriggerCommand } from './delete-trigger.js';
import { ListProjectTriggersQuery } from './list-project-triggers.js';
import { ListTriggersQuery, ShowTriggerQuery } from './show-trigger.js';

const SERVICE = 'TriggerService';

@Controller()
export class TriggerController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'createFunctionTrigger')
  createFunctionTrigger(request: CreateFunctionTriggerRequest, metadata: Metadata): Promise<Trigger> {
    return this.commands.execute(new CreateTriggerCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'listFunctionTriggers')
  async listFunctionTriggers(request: ListFunctionTriggersRequest, metadata: Metadata): Promise<ListFunctionTriggersResponse> {
    const caller = this.caller(request, metadata);
    const { function_urn: urn, as_of: asOf } = request;
    return { triggers: await this.queries.execute(asOf === undefined ? new ListTriggersQuery(caller, urn) : new ListPastTriggersQuery(caller, urn, asOf)) };
  }

  @GrpcMethod(SERVICE, 'batchDeleteFunctionTriggers')
  async batchDeleteFunctionTriggers(request: BatchDeleteFunctionTriggersRequest, metadata: Metadata): Promise<DeleteFunctionTriggerResponse> {
    await this.commands.execute(new DeleteAllTriggersCommand(this.caller(request, metadata), request.function_urn));
    return {};
  }

  @GrpcMethod(SERVICE, 'showFunctionTrigger')
  showFunctionTrigger(request: ShowFunctionTriggerRequest, metadata: Metadata): Promise<Trigger> {
    const caller = this.caller(request, metadata);
    const { function_urn: urn, as_of: asOf } = request;
    return this.queries.execute(asOf === undefined ? new ShowTriggerQuery(caller, urn, named(request)) : new ShowPastTriggerQuery(caller, urn, named(request), asOf));
  }

  @GrpcMethod(SERVICE, 'updateTrigger')
  updateTrigger(request: UpdateTriggerRequest, metadata: Metadata): Promise<Trigger> {
    return this.commands.execute(new ChangeTriggerCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'listTriggers')
  listTriggers(request: ListTriggersRequest, metadata: Metadata): Promise<ListTriggersResponse> {
    const caller = this.caller(request, metadata);
    const { as_of: asOf } = request;
    return this.queries.execute(asOf === undefined ? new ListProjectTriggersQuery(caller, request) : new ListPastProjectTriggersQuery(caller, request, asOf));
  }

  @GrpcMethod(SERVICE, 'deleteFunctionTrigger')
  async deleteFunctionTrigger(request: DeleteFunctionTriggerRequest, metadata: Metadata): Promise<DeleteFunctionTriggerResponse> {
    await this.commands.execute(new DeleteTriggerCommand(this.caller(request, metadata), request.function_urn, named(request)));
    return {};
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return callerOf(this.calls.read(metadata), request.project_id);
  }
}

function named(request: { trigger_type_code: string; trigger_id: string }): { type: string; id: string } {
  return { type: request.trigger_type_code, id: request.trigger_id };
}
