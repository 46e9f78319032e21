import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  ChangeTagsResponse,
  CreateTagsRequest,
  DeleteTagsRequest,
  FindTaggedFunctionsRequest,
  FunctionTags,
  ListFunctionTagsRequest,
  ProjectTags,
  ShowProjectTagsListRequest,
  TaggedFunctionCount,
  TaggedFunctions,
} from '@windlass/contracts/registry/v1/function_tag_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller/caller.js';
import { ShowPastTagsQuery } from '../history/read-past-tags.js';
import { PutTagsCommand, RemoveTagsCommand } from './change-tags.js';
import { FindTaggedFunctionsQuery } from './find-tagged-functions.js';
import { ShowFunctionTagsQuery, ShowProjectTagsQuery } from './show-tags.js';

const SERVICE = 'FunctionTagService';

@Controller()
export class FunctionTagController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'createTags')
  async createTags(request: CreateTagsRequest, metadata: Metadata): Promise<ChangeTagsResponse> {
    await this.commands.execute(new PutTagsCommand(this.caller(request, metadata), request));
    return {};
  }

  @GrpcMethod(SERVICE, 'deleteTags')
  async deleteTags(request: DeleteTagsRequest, metadata: Metadata): Promise<ChangeTagsResponse> {
    await this.commands.execute(new RemoveTagsCommand(this.caller(request, metadata), request));
    return {};
  }

  @GrpcMethod(SERVICE, 'listFunctionTags')
  listFunctionTags(request: ListFunctionTagsRequest, metadata: Metadata): Promise<FunctionTags> {
    const caller = this.caller(request, metadata);
    const { resource_id: urn, as_of: asOf } = request;
    return this.queries.execute(asOf === undefined ? new ShowFunctionTagsQuery(caller, urn) : new ShowPastTagsQuery(caller, urn, asOf));
  }

  @GrpcMethod(SERVICE, 'showProjectTagsList')
  showProjectTagsList(request: ShowProjectTagsListRequest, metadata: Metadata): Promise<ProjectTags> {
    return this.queries.execute(new ShowProjectTagsQuery(this.caller(request, metadata)));
  }

  @GrpcMethod(SERVICE, 'showResInstanceInfo')
  showResInstanceInfo(request: FindTaggedFunctionsRequest, metadata: Metadata): Promise<TaggedFunctions> {
    return this.queries.execute(new FindTaggedFunctionsQuery(this.caller(request, metadata), request, 'filter'));
  }

  @GrpcMethod(SERVICE, 'countResInstances')
  async countResInstances(request: FindTaggedFunctionsRequest, metadata: Metadata): Promise<TaggedFunctionCount> {
    const { total_count } = await this.queries.execute(new FindTaggedFunctionsQuery(this.caller(request, metadata), request, 'count'));
    return { total_count };
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return callerOf(this.calls.read(metadata), request.project_id);
  }
}
