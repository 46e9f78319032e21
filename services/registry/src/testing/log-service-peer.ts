import { createHash } from 'node:crypto';
import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { type CreateLogGroupRequest, CreateLogGroupResponse, type EnsureFunctionLogRequest, type EnsureFunctionLogResponse, type ListLogGroupsRequest, ListLogGroupsResponse, LogServiceService } from '@windlass/contracts/logs/v1/log_service';
import { PrincipalVerifier, type CallContext } from '@windlass/principal';

export interface LogServicePeer {
  /** What was asked, by whom, in order. */
  readonly calls: { readonly context: CallContext; readonly request: EnsureFunctionLogRequest }[];
  close(): void;
}

/** The other side of the log service's contract, as far as the registry calls it: a real gRPC server that checks who calls. */
export async function startLogServicePeer(address: string, principalKey: Buffer): Promise<LogServicePeer> {
  const verifier = new PrincipalVerifier(principalKey);
  const calls: LogServicePeer['calls'] = [];
  const server = new Server();
  const groups = new Map<string, string[]>();
  const { ensureFunctionLog, listLogGroups, createLogGroup } = LogServiceService;
  server.addService({ ensureFunctionLog, listLogGroups, createLogGroup } as never, {
    listLogGroups: (call: ServerUnaryCall<ListLogGroupsRequest, ListLogGroupsResponse>, callback: sendUnaryData<ListLogGroupsResponse>) => {
      const { project_id: project } = verifier.read(call.metadata).principal;
      callback(null, ListLogGroupsResponse.fromPartial({ log_groups: (groups.get(project) ?? []).map((name) => ({ log_group_id: id(name), log_group_name: name })) }));
    },
    createLogGroup: (call: ServerUnaryCall<CreateLogGroupRequest, CreateLogGroupResponse>, callback: sendUnaryData<CreateLogGroupResponse>) => {
      const { project_id: project } = verifier.read(call.metadata).principal;
      groups.set(project, [...(groups.get(project) ?? []), call.request.log_group_name]);
      callback(null, CreateLogGroupResponse.fromPartial({ log_group_id: id(call.request.log_group_name) }));
    },
    ensureFunctionLog: (
      call: ServerUnaryCall<EnsureFunctionLogRequest, EnsureFunctionLogResponse>,
      callback: sendUnaryData<EnsureFunctionLogResponse>,
    ) => {
      try {
        const context = verifier.read(call.metadata);
        const { request } = call;
        calls.push({ context, request });
        const platforms = id(`group of ${context.principal.project_id}`);
        const group = request.log_group_id || platforms;
        const stream = request.log_stream_id || id(`stream of ${context.principal.project_id} ${request.func_name}`);
        callback(null, { log_group_id: group, log_group_name: group === platforms ? 'functiongraph.log.group.default' : `group ${group}`, log_stream_id: stream, log_stream_name: request.func_name });
      } catch (error) {
        callback({ code: status.UNAUTHENTICATED, details: String(error) });
      }
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
  });
  return { calls, close: () => server.forceShutdown() };
}

function id(of: string): string {
  return createHash('sha256').update(of).digest('hex').slice(0, 32);
}
