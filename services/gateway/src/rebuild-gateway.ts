import { AccountCopy, rebuildAccounts } from '@windlass/accounts';
import { openEventBus } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import { KnownRoutes, openDatabase, rebuildRoutes } from './route/index.js';
import type { GatewayConfig } from './start-gateway.js';

/** Makes what the gateway keeps of routes and accounts anew from all that was published. The gateway must not run. */
export async function rebuildGateway(config: Pick<GatewayConfig, 'gatewayId' | 'databaseUrl' | 'busUrl' | 'kafka'> & { readonly logger: Logger }): Promise<void> {
  const { gatewayId = 'local', databaseUrl, busUrl = databaseUrl, kafka, logger } = config;
  const dataSource = await openDatabase(databaseUrl);
  try {
    const bus = await openEventBus({ databaseUrl: busUrl, kafka, publisher: `gateway.${gatewayId}`, logger });
    try {
      await rebuildRoutes({ bus, gatewayId, kept: new KnownRoutes(dataSource) });
      await rebuildAccounts({ bus, dataSource, copy: new AccountCopy('gateway'), group: `gateway.${gatewayId}.accounts` });
    } finally {
      await bus.close();
    }
  } finally {
    await dataSource.destroy();
  }
}
