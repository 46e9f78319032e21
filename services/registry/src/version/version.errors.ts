import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

export function versionMissing(name: string): WindlassError {
  return refusal('not_found', 'FSS.1052', 'VERSION_NOT_FOUND', `The function has no version "${shortened(name)}".`);
}

export function versionFixed(name: string): WindlassError {
  return refusal(
    'invalid',
    'FSS.1015',
    'VERSION_PUBLISHED',
    `The version ${name} is published, and a published version never changes. Leave the version out to change the function itself.`,
  );
}

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
