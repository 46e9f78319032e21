import type { Position, StoredEvent } from '@windlass/event-store';

/** A moment of the past that a read is about: a time, or the place of an event in its service's log. */
export interface Moment {
  readonly at: Date;
  /** The last event that counts, and with it what its transaction appended. Without one, those recorded until `at` count. */
  readonly position?: Position;
}

/** Whether an event had happened by then, when what comes before it in its stream had. */
export function happenedBy(event: Pick<StoredEvent, 'recordedAt' | 'transactionId'>, { at, position }: Moment): boolean {
  if (position === undefined) return event.recordedAt.getTime() <= at.getTime();
  // What one transaction appended happened at once: there is no moment between its events.
  return event.transactionId <= position.transactionId;
}
