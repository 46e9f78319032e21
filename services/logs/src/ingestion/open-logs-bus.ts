import { openEventBus, type EventBus, type OpenEventBusOptions } from '@windlass/event-bus';
import { TOPIC } from './log-ingestion.js';

// Once written, lines live in the log store for as long as their stream says; a second copy in the bus helps nobody. The
// hour is for an operator who looks at what went wrong. It must stay below the days batch ids are remembered.
const CONSUMED_BATCHES_MS = 60 * 60_000;

/** The service's connection to the bus, which also deletes the batches that have become lines. */
export function openLogsBus(options: Pick<OpenEventBusOptions, 'databaseUrl' | 'kafka' | 'logger'>): Promise<EventBus> {
  return openEventBus({ ...options, publisher: 'logs', retention: { [TOPIC]: CONSUMED_BATCHES_MS } });
}
