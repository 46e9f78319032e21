import { WindlassError } from '@windlass/errors';

/** The enterprise project that every account has from the beginning: what names no other belongs to it. */
export const DEFAULT_ENTERPRISE_PROJECT = { id: '0', name: 'default', description: 'The default enterprise project.', type: 'prod' } as const;

export type EnterpriseProjectType = 'prod' | 'poc';

const LONGEST_NAME = 255;
const LONGEST_DESCRIPTION = 512;

/** Whether it can be the id of one: what cannot be one is not looked up. */
export function isEnterpriseProjectId(text: string): boolean {
  return text === DEFAULT_ENTERPRISE_PROJECT.id || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

export function requireEnterpriseProjectName(name: string): void {
  const wellFormed = /^[A-Za-z0-9_-]+$/.test(name) && name.length <= LONGEST_NAME;
  if (wellFormed && !name.toLowerCase().includes('default')) return;
  throw invalid(
    'NAME_INVALID',
    `The name of an enterprise project must have 1 to ${LONGEST_NAME} ASCII letters, digits, "_" and "-" and must not contain "default".`,
  );
}

export function requireDescription(description: string): void {
  // Counted in code points, as a reader counts.
  if ([...description].length <= LONGEST_DESCRIPTION && !description.includes('\0')) return;
  throw invalid('DESCRIPTION_INVALID', `The description must have at most ${LONGEST_DESCRIPTION} characters, none of them NUL.`);
}

export function requireEnterpriseProjectType(type: string): EnterpriseProjectType {
  if (type === 'prod' || type === 'poc') return type;
  throw invalid('TYPE_INVALID', 'The type of an enterprise project must be "prod" or "poc".');
}

export function invalid(reason: string, message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason, code: 'EPS.0400', message });
}
