import { WindlassError } from '@windlass/errors';

/** The same whether it does not exist or belongs to another account: a stranger learns nothing. */
export function notFound(what: 'user' | 'group' | 'agency' | 'project' | 'domain' | 'credential' | 'role' | 'enterprise_project', id: string): WindlassError {
  return new WindlassError({
    kind: 'not_found',
    reason: `${what.toUpperCase()}_UNKNOWN`,
    code: 'IAM.0004',
    message: `Could not find ${what.replace('_', ' ')}: ${id}.`,
  });
}
