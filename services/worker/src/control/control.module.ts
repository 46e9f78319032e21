import { type DynamicModule, Module } from '@nestjs/common';
import { Invoker } from '../invocation/index.js';
import { FunctionLog } from '../log-shipping/index.js';
import { FunctionPools } from '../pool/index.js';
import { WorkerController } from './worker.controller.js';

/** The control side of a worker that is already running: the same pools and the same invoker as the data path. */
@Module({})
export class ControlModule {
  static of(worker: { readonly invoker: Invoker; readonly pools: FunctionPools; readonly log: FunctionLog }): DynamicModule {
    return {
      module: ControlModule,
      controllers: [WorkerController],
      providers: [
        { provide: Invoker, useValue: worker.invoker },
        { provide: FunctionPools, useValue: worker.pools },
        { provide: FunctionLog, useValue: worker.log },
      ],
    };
  }
}
