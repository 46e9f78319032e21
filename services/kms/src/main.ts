import { rebuildAccountsOf } from '@windlass/accounts';
import { createLogger } from '@windlass/telemetry';
import { readConfig, readNewRootKey } from './config.js';
import { openDatabase } from './database.js';
import { openEvents } from './stored-events.js';
import { rebuildReadModels } from './rebuild-read-models.js';
import { reseal } from './root-key/reseal.js';
import { startKms } from './start-kms.js';

// `main.js` runs the service alone; `main.js rebuild` makes its read models again from the events and ends, and
// `main.js reseal` brings the material of all keys under a new root key and ends.
const logger = createLogger('kms');
try {
  const config = readConfig(process.env);
  if (process.argv[2] === 'rebuild') {
    const dataSource = await openDatabase(config.databaseUrl);
    try {
      const from = performance.now();
      const events = await rebuildReadModels(openEvents(dataSource));
      logger.info({ events, seconds: (performance.now() - from) / 1_000 }, 'read models rebuilt');
      await rebuildAccountsOf('kms', dataSource, { ...config, logger });
      logger.info({}, 'copy of accounts rebuilt');
    } finally {
      await dataSource.destroy();
    }
  } else if (process.argv[2] === 'reseal') {
    const newRootKey = readNewRootKey(process.env);
    const dataSource = await openDatabase(config.databaseUrl);
    const materials = await reseal(dataSource, config.rootKey, newRootKey).finally(() => dataSource.destroy());
    logger.info({ materials }, 'the material of all keys is sealed under the new root key: start the service with it');
  } else {
    const service = await startKms({ ...config, logger });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
  }
} catch (error) {
  logger.error({ err: error }, 'the key service could not run');
  process.exitCode = 1;
}
