import { createLogger } from '@windlass/telemetry';
import { readConfig } from './config.js';
import { startWorker } from './start-worker.js';

const logger = createLogger('worker');
try {
  const worker = await startWorker({ ...readConfig(process.env), logger });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void worker.close());
} catch (error) {
  logger.error({ err: error }, 'the worker could not start');
  process.exitCode = 1;
}
