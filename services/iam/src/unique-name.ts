import type { WindlassError } from '@windlass/errors';
import { QueryFailedError } from 'typeorm';

/** Runs work whose names a unique index guards, and turns the index's refusal into one for the caller. */
export async function refusingTakenNames<T>(constraint: string, taken: () => WindlassError, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof QueryFailedError && (error.driverError as { constraint?: string }).constraint === constraint ? taken() : error;
  }
}
