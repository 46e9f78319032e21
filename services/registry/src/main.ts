import { createLogger } from '@windlass/telemetry';
import { readConfig } from './config.js';
import { rebuildRegistry, rebuildRegistryAccounts, startRegistry } from './start-registry.js';

// `main.js` serves until it is told to stop; `main.js rebuild` makes the read models anew and ends.
const logger = createLogger('registry');
try {
  const config = readConfig(process.env);
  if (process.argv[2] === 'rebuild') {
    const from = performance.now();
    const events = await rebuildRegistry(config);
    logger.info({ events, seconds: (performance.now() - from) / 1_000 }, 'read models rebuilt');
    await rebuildRegistryAccounts({ ...config, logger });
    logger.info({}, 'copy of accounts rebuilt');
  } else {
    const service = await startRegistry({ ...config, logger });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close().then(() => process.exit(0)));
  }
} catch (error) {
  logger.error({ err: error }, 'the registry could not start');
  process.exitCode = 1;
}
