import { createLogger } from '@windlass/telemetry';
import { readConfig } from './config.js';
import { rebuildGateway } from './rebuild-gateway.js';
import { startGateway } from './start-gateway.js';

// `main.js` serves; `main.js rebuild` makes its copies of what others publish anew, while it does not serve, and ends.
const logger = createLogger('gateway');
try {
  const config = { ...readConfig(process.env), logger };
  if (process.argv[2] === 'rebuild') {
    await rebuildGateway(config);
    logger.info({}, 'what is kept of others is rebuilt');
  } else {
    const gateway = await startGateway(config);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void gateway.close());
  }
} catch (error) {
  logger.error({ err: error }, 'the gateway could not start');
  process.exitCode = 1;
}
