import { createLogger } from '@windlass/telemetry';
import { readConfig } from './config.js';
import { startApi } from './start-api.js';

const logger = createLogger('api');
const api = await startApi({ ...readConfig(), logger });

const stop = (signal: NodeJS.Signals) => {
  logger.info({ signal }, 'stopping');
  void api.close().then(
    () => process.exit(0),
    (error: unknown) => {
      logger.error({ err: error }, 'the edge did not close cleanly');
      process.exit(1);
    },
  );
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
