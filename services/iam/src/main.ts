import { createLogger } from '@windlass/telemetry';
import { parseConfig } from './config.js';
import { openDatabase } from './database/open-database.js';
import { rebuildReadModels } from './database/rebuild-read-models.js';
import { startIam } from './start-iam.js';
import { openEvents } from './stored-events.js';

// `main.js` runs the service alone; `main.js rebuild` makes its read models again from the events and ends.
const logger = createLogger('iam');
const parsed = parseConfig(process.env);
if (!parsed.ok) {
  for (const problem of parsed.problems) logger.error({}, problem);
  process.exitCode = 1;
} else if (process.argv[2] === 'rebuild') {
  const dataSource = await openDatabase(parsed.config.databaseUrl);
  const from = performance.now();
  const events = await rebuildReadModels(openEvents(dataSource));
  logger.info({ events, seconds: (performance.now() - from) / 1_000 }, 'read models rebuilt');
  await dataSource.destroy();
} else {
  const service = await startIam({ ...parsed.config, logger });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
}
