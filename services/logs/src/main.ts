import { createLogger } from '@windlass/telemetry';
import { readConfig } from './config.js';
import { startLogs } from './start-logs.js';

const logger = createLogger('logs');
try {
  const service = await startLogs({ ...readConfig(process.env), logger });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
} catch (error) {
  logger.error({ err: error }, 'the log service could not start');
  process.exitCode = 1;
}
