import type { Pool } from 'pg';
import type { Logger } from '@windlass/telemetry';

/**
 * A connection that is lost fails the statements that run on it, and nothing else. The pool listens to its idle connections only: one
 * that is lost while it is lent out would otherwise end the process, as an error that nobody hears.
 */
export function surviveLostConnections(pool: Pool, logger: Logger): void {
  pool.on('connect', (client) => client.on('error', (error) => logger.warn({ err: error }, 'a bus connection was lost')));
  pool.on('error', () => undefined);
}
