import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { ShowStatusResponse } from '@windlass/contracts/gateway/v1/gateway_service';
import { Ingress, RouteTable } from '../data-path/index.js';

@Controller()
export class StatusController {
  constructor(
    private readonly routes: RouteTable,
    private readonly ingress: Ingress,
  ) {}

  @GrpcMethod('GatewayService', 'showStatus')
  showStatus(): ShowStatusResponse {
    return {
      routes: this.routes.size,
      connections: this.ingress.connectionCount,
      requests: this.ingress.requestCount,
      refusals: this.ingress.refusalCount,
      held_refusals: this.ingress.heldRefusalCount,
    };
  }
}
