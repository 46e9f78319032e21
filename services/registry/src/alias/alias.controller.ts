import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  CreateVersionAliasRequest,
  DeleteVersionAliasRequest,
  DeleteVersionAliasResponse,
  ListVersionAliasesRequest,
  ListVersionAliasesResponse,
  ShowVersionAliasRequest,
  UpdateVersionAliasRequest,
  VersionAlias,
} from '@windlass/contracts/registry/v1/alias_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller/caller.js';
import { ListPastAliasesQuery, ShowPastAliasQuery } from '../history/read-past-aliases.js';
import { CreateAliasCommand, DeleteAliasCommand, ReplaceAliasCommand } from './change-alias.js';
import { ListAliasesQuery, ShowAliasQuery } from './show-alias.js';

const SERVICE = 'AliasService';

@Controller()
export class AliasController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'listVersionAliases')
  async listVersionAliases(request: ListVersionAliasesRequest, metadata: Metadata): Promise<ListVersionAliasesResponse> {
    const caller = this.caller(request, metadata);
    const { function_urn: urn, as_of: asOf } = request;
    return { aliases: await this.queries.execute(asOf === undefined ? new ListAliasesQuery(caller, urn) : new ListPastAliasesQuery(caller, urn, asOf)) };
  }

  @GrpcMethod(SERVICE, 'createVersionAlias')
  createVersionAlias(request: CreateVersionAliasRequest, metadata: Metadata): Promise<VersionAlias> {
    return this.commands.execute(new CreateAliasCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'showVersionAlias')
  showVersionAlias(request: ShowVersionAliasRequest, metadata: Metadata): Promise<VersionAlias> {
    const caller = this.caller(request, metadata);
    const { as_of: asOf } = request;
    return this.queries.execute(asOf === undefined ? new ShowAliasQuery(caller, request) : new ShowPastAliasQuery(caller, request, asOf));
  }

  @GrpcMethod(SERVICE, 'updateVersionAlias')
  updateVersionAlias(request: UpdateVersionAliasRequest, metadata: Metadata): Promise<VersionAlias> {
    return this.commands.execute(new ReplaceAliasCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'deleteVersionAlias')
  async deleteVersionAlias(request: DeleteVersionAliasRequest, metadata: Metadata): Promise<DeleteVersionAliasResponse> {
    await this.commands.execute(new DeleteAliasCommand(this.caller(request, metadata), request));
    return {};
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return callerOf(this.calls.read(metadata), request.project_id);
  }
}
