import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

export function dependencyMissing(id: string): WindlassError {
  return refusal('not_found', 'FSS.1056', 'DEPENDENCY_NOT_FOUND', `There is no dependency ${JSON.stringify(id.slice(0, 140))} in this project.`);
}

export function dependencyVersionMissing(version: string): WindlassError {
  return refusal('not_found', 'FSS.1056', 'DEPENDENCY_VERSION_NOT_FOUND', `The dependency has no version ${JSON.stringify(version.slice(0, 80))}.`);
}

/** `users` are functions, as people name them. */
export function dependencyInUse(users: readonly string[]): WindlassError {
  const shown = users.slice(0, 3).join(', ');
  return refusal(
    'precondition_failed',
    'FSS.1033',
    'DEPENDENCY_IN_USE',
    `This version is in use by ${shown}${users.length > 3 ? ' and others' : ''}. Take it out of their depend_version_list, and delete the versions that were published with it, first.`,
  );
}

export function badDependency(message: string): WindlassError {
  return refusal('invalid', 'FSS.1024', 'DEPENDENCY_INVALID', message);
}
