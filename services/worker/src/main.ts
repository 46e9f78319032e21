import { createLogger } from '@windlass/telemetry';
import { readConfig } from './config.js';
import { doctor } from './doctor/index.js';
import { startWorker } from './start-worker.js';

const [command, ...args] = process.argv.slice(2);
if (command === 'doctor') process.exitCode = await doctor(args, process.env['WINDLASS_RUNSC']);
else await serve();

async function serve(): Promise<void> {
  const logger = createLogger('worker');
  try {
    const worker = await startWorker({ ...readConfig(process.env), logger });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void worker.close());
  } catch (error) {
    logger.error({ err: error }, 'the worker could not start');
    process.exitCode = 1;
  }
}
