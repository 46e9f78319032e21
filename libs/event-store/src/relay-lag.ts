import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import type { EventBus, RelayLag } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';

export interface RelayLagReporting {
  readonly manager: EntityManager;
  readonly schema: string;
  readonly bus: Pick<EventBus, 'reportRelay'>;
  /** What the bus calls itself: whose checkpoint counts. */
  readonly busName: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const LOOK_MILLISECONDS = 1_000;
/** That nothing waits is told again at the first look after this, so within ten seconds: an older report is of a relay that does not run. */
const REPEAT_MILLISECONDS = 9_000;
/** A relay is told exactly how far it is behind up to here: counting a long backlog every second would lengthen it. */
const COUNTED = 10_000;

/**
 * Tells the bus how far a service's relay is behind, until the signal: every second while events wait, once when none do any more,
 * and every ten seconds after that. What is told is what the database says, so it does not matter which process tells it, nor
 * whether its relay gets on.
 */
export async function reportRelayLag({ manager, schema, bus, busName, logger, signal }: RelayLagReporting): Promise<void> {
  let told: { readonly waiting: number; readonly at: number } | undefined;
  let failing = false;
  while (!signal.aborted) {
    try {
      const lag = await readRelayLag(manager, schema, busName);
      if (lag.waiting > 0 || told === undefined || told.waiting > 0 || performance.now() - told.at >= REPEAT_MILLISECONDS) {
        await bus.reportRelay({ service: schema, ...lag });
        told = { waiting: lag.waiting, at: performance.now() };
      }
      failing = false;
    } catch (error) {
      // Once for each time it begins: the relay itself tells what is wrong with the database or the bus.
      if (!failing) logger.warn({ err: error, schema }, 'how far events are relayed cannot be told at the moment');
      failing = true;
    }
    await delay(LOOK_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
}

/** Committed events beyond the checkpoint of the bus: how many, and when the oldest of them was recorded. */
async function readRelayLag(manager: EntityManager, schema: string, busName: string): Promise<Omit<RelayLag, 'service'>> {
  const rows = await manager.query<{ waiting: number; oldestAt: Date | null }[]>(
    `SELECT count(*)::int AS waiting, min(recorded_at) AS "oldestAt" FROM (
       SELECT event.recorded_at FROM ${schema}.events AS event
        WHERE (event.transaction_id, event.global_position) > (
                coalesce((SELECT transaction_id FROM ${schema}.relay_checkpoints WHERE bus = $1), '0'),
                coalesce((SELECT global_position FROM ${schema}.relay_checkpoints WHERE bus = $1), 0))
        ORDER BY event.transaction_id, event.global_position LIMIT ${COUNTED}
     ) AS waiting`,
    [busName],
  );
  const { waiting, oldestAt } = rows[0] ?? { waiting: 0, oldestAt: null };
  return { waiting, oldestAt: oldestAt ?? undefined };
}
