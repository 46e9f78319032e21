import type { BusMessage } from '@windlass/event-bus';
import type { Position } from './event-rows.js';
import type { DomainEvent, StoredEvent } from './event.js';

export interface RelaySteps {
  /** Settled events from after a position on, in order, as many as go into one batch. */
  readonly read: (after: Position) => Promise<readonly StoredEvent[]>;
  readonly translate: (event: StoredEvent<DomainEvent>) => BusMessage | undefined | readonly BusMessage[];
  readonly publish: (messages: readonly BusMessage[]) => Promise<void>;
  readonly keepCheckpoint: (at: Position) => Promise<void>;
}

/**
 * Publishes what follows the checkpoint and then moves it, in this order: who stops in between publishes again, and leaves
 * nothing out. Answers the new checkpoint; undefined when nothing follows.
 */
export async function relayBatch(checkpoint: Position, { read, translate, publish, keepCheckpoint }: RelaySteps): Promise<Position | undefined> {
  const events = await read(checkpoint);
  const last = events.at(-1);
  if (last === undefined) return undefined;
  await publish(events.flatMap((event) => translate(event) ?? []));
  await keepCheckpoint(last);
  return last;
}
