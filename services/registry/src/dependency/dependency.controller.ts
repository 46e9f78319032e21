import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  CreateDependencyVersionRequest,
  DeleteDependencyVersionRequest,
  DeleteDependencyVersionResponse,
  Dependency,
  ListDependenciesRequest,
  ListDependenciesResponse,
  ListDependencyVersionRequest,
  ListDependencyVersionResponse,
  ShowDependencyVersionRequest,
} from '@windlass/contracts/registry/v1/dependency_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller/caller.js';
import { CreateDependencyVersionCommand } from './create-dependency-version.js';
import { DeleteDependencyVersionCommand } from './delete-dependency-version.js';
import { ListDependenciesQuery, ListDependencyVersionsQuery, ShowDependencyVersionQuery } from './list-dependencies.js';

const SERVICE = 'DependencyService';

@Controller()
export class DependencyController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'listDependencies')
  listDependencies(request: ListDependenciesRequest, metadata: Metadata): Promise<ListDependenciesResponse> {
    return this.queries.execute(new ListDependenciesQuery(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'createDependencyVersion')
  createDependencyVersion(request: CreateDependencyVersionRequest, metadata: Metadata): Promise<Dependency> {
    return this.commands.execute(new CreateDependencyVersionCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'listDependencyVersion')
  listDependencyVersion(request: ListDependencyVersionRequest, metadata: Metadata): Promise<ListDependencyVersionResponse> {
    return this.queries.execute(new ListDependencyVersionsQuery(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'showDependencyVersion')
  showDependencyVersion(request: ShowDependencyVersionRequest, metadata: Metadata): Promise<Dependency> {
    return this.queries.execute(new ShowDependencyVersionQuery(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'deleteDependencyVersion')
  async deleteDependencyVersion(request: DeleteDependencyVersionRequest, metadata: Metadata): Promise<DeleteDependencyVersionResponse> {
    await this.commands.execute(new DeleteDependencyVersionCommand(this.caller(request, metadata), request));
    return {};
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return callerOf(this.calls.read(metadata), request.project_id);
  }
}
