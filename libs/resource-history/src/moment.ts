import type { Position, StoredEvent } from '@windlass/event-store';

/** A moment of the past that a read is about: a time, or the place of an event in its service's log. */
export interface Moment {
  readonly at: Date;
  /** The last event that counts. Without one, those recorded until `at` count. */
  readonly position?: Position;
}

/** Whether an event had happened by then, when what comes before it in its stream had. */
export function happenedBy(event: Pick<StoredEvent, 'recordedAt' | 'transactionId' | 'globalPosition'>, { at, position }: Moment): boolean {
  if (position === undefined) return event.recordedAt.getTime() <= at.getTime();
  if (event.transactionId !== position.transactionId) return event.transactionId < position.transactionId;
  return event.globalPosition <= position.globalPosition;
}
