import { DEFAULT_BODY_LIMIT_BYTES } from '../api-config.js';
import type { Operation } from '../operation/index.js';

/** Most bytes a request body may have, and what a caller is told about it. */
export interface BodyLimit {
  readonly bytes: number;
  readonly code?: string;
  readonly explanation: string;
}

const INVOCATION_BYTES = 6 * 1024 * 1024;
const ORDINARY_BYTES = 1024 * 1024;
const CODE_MESSAGE = 'windlass.registry.v1.FuncCode';

/** The limit of an operation: 6 MB for an event, the configured one where code is uploaded, 1 MB for everything else. */
export function bodyLimit(operation: Operation, codeBytes: number): BodyLimit {
  if (operation.adapter === 'invocation') {
    return { bytes: INVOCATION_BYTES, code: 'FSS.1201', explanation: 'an event has at most 6 MB and the limit is fixed' };
  }
  if (operation.input.fields.some((field) => field.message?.typeName === CODE_MESSAGE)) {
    return { bytes: codeBytes, explanation: `the operator of this installation sets this limit, up to ${DEFAULT_BODY_LIMIT_BYTES} (WINDLASS_API_BODY_LIMIT_BYTES)` };
  }
  return { bytes: ORDINARY_BYTES, explanation: 'the limit of this operation is fixed' };
}
