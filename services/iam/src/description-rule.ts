import { WindlassError } from '@windlass/errors';

const LONGEST_DESCRIPTION = 255;

/** Refuses a description of more than 255 characters or with control characters, which could forge lines of a log. */
export function requireDescription(description: string): void {
  // Counted as people count: an emoji is one character.
  if ([...description].length <= LONGEST_DESCRIPTION && !/\p{Cc}/u.test(description)) return;
  throw new WindlassError({
    kind: 'invalid',
    reason: 'DESCRIPTION_INVALID',
    code: 'IAM.0073',
    message: `The description must have at most ${LONGEST_DESCRIPTION} characters and no control characters.`,
  });
}
