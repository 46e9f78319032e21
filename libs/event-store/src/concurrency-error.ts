const MARK = Symbol.for('windlass.concurrency-error');

/** Somebody else appended to the stream first. What was decided rests on an old state: load and decide again. */
export class ConcurrencyError extends Error {
  constructor(streamId: string, expectedVersion: number, cause?: unknown) {
    super(`The stream ${streamId} is no longer at version ${expectedVersion}.`, { cause });
    this.name = 'ConcurrencyError';
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Recognises the error by its mark, so that two installed copies of this package still agree. */
export function isConcurrencyError(value: unknown): value is ConcurrencyError {
  return typeof value === 'object' && value !== null && MARK in value;
}
