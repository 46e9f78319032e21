import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { RollbackFunctionRequest, RollbackFunctionResponse } from '@windlass/contracts/registry/v1/rollback_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf } from '../caller/caller.js';
import { RollBackFunctionCommand } from './roll-back-function.js';

@Controller()
export class RollbackController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly commands: CommandBus,
  ) {}

  @GrpcMethod('RollbackService', 'rollbackFunction')
  rollbackFunction(request: RollbackFunctionRequest, metadata: Metadata): Promise<RollbackFunctionResponse> {
    return this.commands.execute(new RollBackFunctionCommand(callerOf(this.calls.read(metadata), request.project_id), request));
  }
}
