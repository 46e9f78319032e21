import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/history/v1/audit_service';
import { CallContextReader } from '@windlass/grpc';
import { AuditTrail } from './list-audit-events.js';
import { PastResources } from './show-resource.js';

const SERVICE = 'AuditService';

@Controller()
export class AuditController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly trail: AuditTrail,
    private readonly past: PastResources,
  ) {}

  @GrpcMethod(SERVICE, 'listAuditEvents')
  listAuditEvents(request: rpc.ListAuditEventsRequest, metadata: Metadata): Promise<rpc.ListAuditEventsResponse> {
    return this.trail.list(this.calls.read(metadata), request);
  }

  @GrpcMethod(SERVICE, 'showResourceHistory')
  showResourceHistory(request: rpc.ShowResourceHistoryRequest, metadata: Metadata): Promise<rpc.ShowResourceHistoryResponse> {
    return this.past.show(this.calls.read(metadata), request);
  }

  @GrpcMethod(SERVICE, 'showResourceDiff')
  showResourceDiff(request: rpc.ShowResourceDiffRequest, metadata: Metadata): Promise<rpc.ShowResourceDiffResponse> {
    return this.past.diff(this.calls.read(metadata), request);
  }
}
