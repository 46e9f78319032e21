import type { WindlassError } from '@windlass/errors';
import { QueryFailedError } from 'typeorm';

/** Runs a write that gives something its name, and turns the constraint that refuses a second one into the caller's error. */
export async function givingName<T>(write: () => Promise<T>, constraint: string, taken: () => WindlassError): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw error instanceof QueryFailedError && (error.driverError as { constraint?: string }).constraint === constraint ? taken() : error;
  }
}
