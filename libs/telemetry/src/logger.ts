import { pino, type DestinationStream } from 'pino';

/** Structured log of the platform itself. The logs of functions take another way (the log service). */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

// A secret that reaches a log line by mistake is blanked wherever these names stand.
const SECRET_NAMES = ['password', 'secret_key', 'secretKey', 'secret', 'token', 'token_value', 'authorization', 'plain_text', 'data_key'];

const DEEPEST_CAUSE = 5;

/** JSON lines on standard error, one object a line; `level` is a pino level name, "info" by default. */
export function createLogger(service: string, options: { level?: string; destination?: DestinationStream } = {}): Logger {
  const paths = SECRET_NAMES.flatMap((name) => [name, `*.${name}`]);
  return pino(
    {
      level: options.level ?? 'info',
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[secret]' },
      serializers: { err: (error: unknown) => describeError(error) },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

/**
 * What a log may know of an error: its kind, words, code and stack, and the same of its causes. Not its other fields: a
 * database driver hangs the query's parameters on its errors, and they are tenants' data.
 */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: error.stack,
    ...(error.cause === undefined || depth >= DEEPEST_CAUSE ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}
