import { createLogger } from '@windlass/telemetry';
import { readConfig } from './config.js';
import { doctor } from './doctor/index.js';
import { rebuildWorker } from './rebuild-worker.js';
import { startWorker } from './start-worker.js';

// `main.js` serves; `main.js doctor` looks at the machine; `main.js rebuild` makes the worker's copies of what others publish anew,
// while it does not serve, and ends.
const [command, ...args] = process.argv.slice(2);
if (command === 'doctor') process.exitCode = await doctor(args, process.env['WINDLASS_RUNSC']);
else await run();

async function run(): Promise<void> {
  const logger = createLogger('worker');
  try {
    const config = { ...readConfig(process.env), logger };
    if (command === 'rebuild') {
      await rebuildWorker(config);
      logger.info({}, 'what is kept of others is rebuilt');
    } else {
      const worker = await startWorker(config);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void worker.close());
    }
  } catch (error) {
    logger.error({ err: error }, 'the worker could not run');
    process.exitCode = 1;
  }
}
