import { rebuildAccountsOf } from '@windlass/accounts';
import { createLogger } from '@windlass/telemetry';
import { readConfig } from './config.js';
import { openDatabase } from './database.js';
import { rebuildReadModels } from './rebuild-read-models.js';
import { startLogs } from './start-logs.js';
import { openEvents } from './stored-events.js';

// `main.js` runs the service alone; `main.js rebuild` makes its read models again from the events and ends.
const logger = createLogger('logs');
try {
  const config = readConfig(process.env);
  if (process.argv[2] === 'rebuild') {
    const dataSource = await openDatabase(config.databaseUrl);
    try {
      const from = performance.now();
      const events = await rebuildReadModels(openEvents(dataSource));
      logger.info({ events, seconds: (performance.now() - from) / 1_000 }, 'read models rebuilt');
      await rebuildAccountsOf('logs', dataSource, { ...config, logger });
      logger.info({}, 'copy of accounts rebuilt');
    } finally {
      await dataSource.destroy();
    }
  } else {
    const service = await startLogs({ ...config, logger });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
  }
} catch (error) {
  logger.error({ err: error }, 'the log service could not run');
  process.exitCode = 1;
}
