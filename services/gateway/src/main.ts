import { createLogger } from '@windlass/telemetry';
import { readConfig } from './config.js';
import { startGateway } from './start-gateway.js';

const logger = createLogger('gateway');
try {
  const gateway = await startGateway({ ...readConfig(process.env), logger });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void gateway.close());
} catch (error) {
  logger.error({ err: error }, 'the gateway could not start');
  process.exitCode = 1;
}
