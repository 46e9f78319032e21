export { edgeError, unauthenticated, unknownApi } from './edge-error.js';
export { errorAnswer, familyOf, fullCode, waitBeforeRetry, gatewayErrorBody, publicError, type ErrorPlace } from './error-answer.js';
export { HTTP_STATUS } from './http-status.js';
