import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import type { CreateFunctionVersionRequest, ListFunctionVersionsRequest, ListFunctionVersionsResponse } from '@windlass/contracts/registry/v1/version_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller/caller.js';
import { ListPastVersionsQuery } from '../history/read-past-versions.js';
import { ListVersionsQuery } from './list-versions.js';
import { PublishVersionCommand } from './publish-version.js';

const SERVICE = 'VersionService';

@Controller()
export class VersionController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'listFunctionVersions')
  listFunctionVersions(request: ListFunctionVersionsRequest, metadata: Metadata): Promise<ListFunctionVersionsResponse> {
    const caller = this.caller(request, metadata);
    const { as_of: asOf } = request;
    return this.queries.execute(asOf === undefined ? new ListVersionsQuery(caller, request) : new ListPastVersionsQuery(caller, request, asOf));
  }

  @GrpcMethod(SERVICE, 'createFunctionVersion')
  createFunctionVersion(request: CreateFunctionVersionRequest, metadata: Metadata): Promise<FunctionMessage> {
    return this.commands.execute(new PublishVersionCommand(this.caller(request, metadata), request));
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return callerOf(this.calls.read(metadata), request.project_id);
  }
}
