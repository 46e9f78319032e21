import { isWindlassError } from '@windlass/errors';

// Connections refused, cut or timed out, and a socket file that is not there.
const SYSTEM = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);
// PostgreSQL: connection exceptions, rolled back for others' sake, resources, operator intervention, its system.
const SQL_CLASSES = ['08', '40', '53', '57', '58'];
const DRIVER = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;
const DEEPEST_CAUSE = 5;

/**
 * Whether a handler failed because something it needs is not there. That is no fault of the message, however often it
 * happens, and the next message would fare no better.
 */
export function isOutage(error: unknown, depth = 0): boolean {
  if (isWindlassError(error) && error.kind === 'unavailable') return true;
  if (typeof error !== 'object' || error === null || depth > DEEPEST_CAUSE) return false;
  const { code, message, cause, driverError } = error as { code?: unknown; message?: unknown; cause?: unknown; driverError?: unknown };
  if (typeof code === 'string' && (SYSTEM.has(code) || (code.length === 5 && SQL_CLASSES.includes(code.slice(0, 2))))) return true;
  if (typeof message === 'string' && DRIVER.test(message)) return true;
  return isOutage(cause, depth + 1) || isOutage(driverError, depth + 1);
}
