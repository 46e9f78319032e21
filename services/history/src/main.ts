import { createLogger } from '@windlass/telemetry';
import { readConfig } from './config.js';
import { startHistory } from './start-history.js';

const logger = createLogger('history');
try {
  const service = await startHistory({ ...readConfig(process.env), logger });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
} catch (error) {
  logger.error({ err: error }, 'the history service could not run');
  process.exitCode = 1;
}
