import { WindlassError } from '@windlass/errors';

/** The member of a body without which there is nothing to do; IAM wraps every body in one ("user", "group", ...). */
export function requireMember<T>(member: T | undefined, name: string): T {
  if (member !== undefined) return member;
  throw new WindlassError({
    kind: 'invalid',
    reason: 'BODY_INVALID',
    code: 'IAM.0011',
    message: `The request body is invalid: it must have the member "${name}".`,
  });
}
