import { AccountCopy, rebuildAccounts } from '@windlass/accounts';
import { openEventBus } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import { KnownFunctions, openDatabase, rebuildFunctions } from './catalog/index.js';
import type { WorkerConfig } from './start-worker.js';

/** Makes what the worker keeps of functions and accounts anew from all that was published. The worker must not run. */
export async function rebuildWorker(config: Pick<WorkerConfig, 'workerId' | 'databaseUrl' | 'busUrl' | 'kafka'> & { readonly logger: Logger }): Promise<void> {
  const { workerId, databaseUrl, busUrl = databaseUrl, kafka, logger } = config;
  const dataSource = await openDatabase(databaseUrl);
  try {
    const bus = await openEventBus({ databaseUrl: busUrl, kafka, publisher: `worker.${workerId}`, logger });
    try {
      await rebuildFunctions({ bus, workerId, kept: new KnownFunctions(dataSource) });
      await rebuildAccounts({ bus, dataSource, copy: new AccountCopy('worker'), group: `worker.${workerId}.accounts` });
    } finally {
      await bus.close();
    }
  } finally {
    await dataSource.destroy();
  }
}
