import { WindlassError } from '@windlass/errors';

const LONGEST_NAME = 64;
const FORM = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** Whether an account or user can have this name: what cannot be one is not looked up. */
export function isName(text: string): boolean {
  return text.length <= LONGEST_NAME && FORM.test(text);
}

/** Refuses a name of an account or user that is not 1 to 64 of A-Z a-z 0-9 _ - and begins with a letter. */
export function requireName(what: 'account' | 'user', name: string): void {
  if (isName(name)) return;
  throw new WindlassError({
    kind: 'invalid',
    reason: 'NAME_INVALID',
    code: 'IAM.0073',
    message: `The ${what} name must have 1 to ${LONGEST_NAME} characters, begin with a letter and hold English letters, digits, "_" and "-" only.`,
  });
}

const TITLE_FORM = /^[A-Za-z_.-][A-Za-z0-9 _.-]*$/;

/** Whether a user, group or agency can have this name: unlike an account it may hold spaces and dots. */
export function isTitle(text: string): boolean {
  return text.length <= LONGEST_NAME && TITLE_FORM.test(text);
}

/** Refuses a name of a user, group or agency. Letters of one alphabet only, so that no two names look alike. */
export function requireTitle(what: 'user' | 'group' | 'agency', name: string, code = 'IAM.0073'): void {
  if (isTitle(name)) return;
  throw new WindlassError({
    kind: 'invalid',
    reason: 'NAME_INVALID',
    code,
    message:
      `The ${what} name must have 1 to ${LONGEST_NAME} characters: English letters, digits, spaces and "-", "_", ".". ` +
      'It must not begin with a digit or a space.',
  });
}

/** What makes two names the same: case does not tell accounts or users apart. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}
