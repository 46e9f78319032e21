import type { GrpcAdapter, GrpcStreamAdapter } from '../grpc/grpc-call.js';
import type { PackageLinks } from '../package-link/index.js';
import type { Services, Workers } from '../upstream/index.js';
import { dependencyVersionOverGrpc } from './dependency-version.js';
import { functionCodeOverGrpc } from './function-code.js';
import { invocationOverGrpc } from './invocation.js';
import { keyDeletionOverGrpc } from './key-deletion.js';
import { logTailOverGrpc } from './log-tail.js';
import { tokenOverGrpc } from './token.js';

/** Adapters of the tenants' gRPC, by the name an operation's option gives. */
export interface GrpcAdapters {
  unary(name: string): GrpcAdapter;
  /** Undefined where no operation that streams has such an adapter. */
  streaming(name: string): GrpcStreamAdapter | undefined;
}

/** Most REST adapters are about headers and shapes of JSON: over gRPC their messages pass as they are. */
export function createGrpcAdapters({ services, workers, links }: { services: Services; workers: Workers; links: PackageLinks }): GrpcAdapters {
  const forward: GrpcAdapter = async ({ operation, requestBytes, caller }) => ({ bytes: await services.forwardBytes(operation, requestBytes, caller) });
  const adapters = new Map([
    ['token', tokenOverGrpc(services)],
    ['invocation', invocationOverGrpc(services, workers)],
    ['function-code', functionCodeOverGrpc(services, links)],
    ['dependency-version', dependencyVersionOverGrpc(services, links)],
    ['key-deletion', keyDeletionOverGrpc(services)],
  ]);
  const streams = new Map([['log-tail', logTailOverGrpc(services)]]);
  return { unary: (name) => adapters.get(name) ?? forward, streaming: (name) => streams.get(name) };
}
