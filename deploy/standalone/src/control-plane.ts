import type { RunningService } from '@windlass/grpc';
import { startApi } from '@windlass/api';
import { startHistory } from '@windlass/history';
import { startIam } from '@windlass/iam';
import { startKms } from '@windlass/kms';
import { startLogs } from '@windlass/logs';
import { startRegistry } from '@windlass/registry';
import { createLogger } from '@windlass/telemetry';
import { runPlane } from './plane-main.js';
import type { ControlPlaneConfig } from './plane-config.js';

// Every service of the control plane in one process, each behind its own socket as if it ran alone. The edge comes last:
// it answers only when what it needs does.
async function* start(config: ControlPlaneConfig): AsyncGenerator<RunningService, void, void> {
  const logger = (service: string) => createLogger(service, { level: config.logLevel });
  yield startIam({ ...config.iam, logger: logger('iam') });
  yield startKms({ ...config.kms, logger: logger('kms') });
  yield startLogs({ ...config.logs, logger: logger('logs') });
  yield startRegistry({ ...config.registry, logger: logger('registry') });
  yield startHistory({ ...config.history, logger: logger('history') });
  yield startApi({ ...config.api, logger: logger('api') });
}

await runPlane(start);
