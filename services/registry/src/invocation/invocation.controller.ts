import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  AsyncInvokeFunctionRequest,
  AsyncInvokeFunctionResponse,
  ResolveInvocationRequest,
  ResolveInvocationResponse,
} from '@windlass/contracts/registry/v1/invocation_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf } from '../caller/caller.js';
import { ShowFunctionQuery } from '../function/show-function.js';
import { refusal } from '../refusal.js';
import { ResolveInvocationQuery } from './resolve-invocation.js';

const SERVICE = 'InvocationService';

@Controller()
export class InvocationController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'resolveInvocation')
  resolveInvocation(request: ResolveInvocationRequest, metadata: Metadata): Promise<ResolveInvocationResponse> {
    return this.queries.execute(new ResolveInvocationQuery(callerOf(this.calls.read(metadata), request.project_id), request.function_urn));
  }

  /** Every function of this platform is an HTTP function, and those have no asynchronous invocation ("Notes and Constraints"). */
  @GrpcMethod(SERVICE, 'asyncInvokeFunction')
  async asyncInvokeFunction(request: AsyncInvokeFunctionRequest, metadata: Metadata): Promise<AsyncInvokeFunctionResponse> {
    await this.queries.execute(new ShowFunctionQuery(callerOf(this.calls.read(metadata), request.project_id), request.function_urn));
    throw refusal(
      'invalid',
      'FSS.0400',
      'ASYNC_INVOCATION_UNAVAILABLE',
      'HTTP functions cannot be invoked asynchronously. Call the URL of a trigger, or use the synchronous invocations operation.',
    );
  }
}
