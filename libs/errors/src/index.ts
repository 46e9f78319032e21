export { type ErrorKind, ERROR_KINDS, isErrorKind } from './error-kind.js';
export { WindlassError, isWindlassError, internalError } from './windlass-error.js';
