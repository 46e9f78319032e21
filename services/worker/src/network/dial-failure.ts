/**
 * - `REFUSED`: nothing listens on the port (any more).
 * - `TIMED_OUT`: the port is open, but its backlog stayed full until the time was over.
 * - `BUSY`: this instance already has as many unfinished dials as it may.
 * - `CLOSED`: the instance or its host is stopping.
 * - `FAILED`: the kernel said something else; the message names it.
 */
export type DialFailureReason = 'REFUSED' | 'TIMED_OUT' | 'BUSY' | 'CLOSED' | 'FAILED';

export class DialFailure extends Error {
  constructor(
    readonly reason: DialFailureReason,
    message: string,
  ) {
    super(message);
    this.name = 'DialFailure';
  }
}
