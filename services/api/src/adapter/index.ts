import type { PackageLinks } from '../package-link/index.js';
import type { Adapter } from '../rest/operation-call.js';
import type { Services, Workers } from '../upstream/index.js';
import { dependencyVersionAdapter } from './dependency-version.js';
import { exportedFunctionAdapter } from './exported-function.js';
import { functionCodeAdapter } from './function-code.js';
import { invocationAdapter } from './invocation.js';
import { keyDeletionAdapter } from './key-deletion.js';
import { logTailAdapter } from './log-tail.js';
import { metricsAdapter } from './metrics.js';
import { plainAdapter } from './plain.js';
import { subjectTokenAdapter } from './subject-token.js';
import { tokenAdapter } from './token.js';

export { createGrpcAdapters, type GrpcAdapters } from './grpc-adapters.js';

/** Adapters by the name an operation's option gives; the empty name is the generic way. */
export type Adapters = ReadonlyMap<string, Adapter>;

export function createAdapters(parts: { services: Services; workers: Workers; links: PackageLinks }): Adapters {
  return new Map([
    ['', plainAdapter(parts.services)],
    ['token', tokenAdapter(parts.services)],
    ['subject-token', subjectTokenAdapter(parts.services)],
    ['invocation', invocationAdapter(parts.services, parts.workers)],
    ['function-code', functionCodeAdapter(parts.services, parts.links)],
    ['dependency-version', dependencyVersionAdapter(parts.services, parts.links)],
    ['exported-function', exportedFunctionAdapter(parts.services)],
    ['log-tail', logTailAdapter(parts.services)],
    ['key-deletion', keyDeletionAdapter(parts.services)],
    ['metrics', metricsAdapter(parts.services)],
  ]);
}
