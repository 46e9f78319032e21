import { refusal } from '../refusal.js';
import { LATEST } from '../function/function-urn.js';

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,40}[A-Za-z0-9])?$/;

/** The documented rule for names of versions; nothing takes the time of publication. FSS.1015 otherwise. */
export function readVersionName(name: string, now: Date): string {
  if (name === '') return timeName(now);
  if (name === LATEST) throw refusal('invalid', 'FSS.1015', 'VERSION_NAME_INVALID', 'latest is the name of the version that is worked on. Choose another name.');
  if (NAME.test(name)) return name;
  throw refusal(
    'invalid',
    'FSS.1015',
    'VERSION_NAME_INVALID',
    `The version name ${JSON.stringify(name.slice(0, 80))} is not valid. Use 1 to 42 letters, digits, dots, hyphens and underscores, beginning and ending with a letter or digit.`,
  );
}

/** `vYYYYMMDD-HHMMSS`, the time in UTC. */
function timeName(now: Date): string {
  const digits = now.toISOString().replace(/\D/g, '');
  return `v${digits.slice(0, 8)}-${digits.slice(8, 14)}`;
}
