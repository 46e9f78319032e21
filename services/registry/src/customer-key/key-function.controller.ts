import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { ListKeyFunctionsRequest, ListKeyFunctionsResponse } from '@windlass/contracts/registry/v1/key_function_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf } from '../caller/caller.js';
import { ListKeyFunctionsQuery } from './list-key-functions.js';

@Controller()
export class KeyFunctionController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod('KeyFunctionService', 'listKeyFunctions')
  listKeyFunctions(request: ListKeyFunctionsRequest, metadata: Metadata): Promise<ListKeyFunctionsResponse> {
    return this.queries.execute(new ListKeyFunctionsQuery(callerOf(this.calls.read(metadata), request.project_id), request));
  }
}
