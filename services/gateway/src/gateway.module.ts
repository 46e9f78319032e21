import { type DynamicModule, Module } from '@nestjs/common';
import { Ingress, RouteTable } from './data-path/index.js';
import { StatusController } from './status/status.controller.js';

@Module({})
export class GatewayModule {
  /** The control side of a data path that exists already: requests do not pass through Nest. */
  static of(dataPath: { readonly ingress: Ingress; readonly routes: RouteTable }): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [StatusController],
      providers: [
        { provide: Ingress, useValue: dataPath.ingress },
        { provide: RouteTable, useValue: dataPath.routes },
      ],
    };
  }
}
