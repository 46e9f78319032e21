import type { RunningService } from '@windlass/grpc';
import { readLimits, startGateway } from '@windlass/gateway';
import { startWorker } from '@windlass/worker';
import { createLogger } from '@windlass/telemetry';
import { runPlane } from './plane-main.js';
import type { DataPlaneConfig } from './plane-config.js';

// The worker first: a gateway without one could only refuse.
async function* start(config: DataPlaneConfig): AsyncGenerator<RunningService, void, void> {
  const limits = readLimits(process.env);
  const logger = (service: string) => createLogger(service, { level: config.logLevel });
  const worker = await startWorker({ ...config.worker, logger: logger('worker') });
  yield worker;
  // They share the process, so requests need no socket between them.
  yield startGateway({ ...config.gateway, limits, localWorker: worker.functions, logger: logger('gateway') });
}

await runPlane(start);
