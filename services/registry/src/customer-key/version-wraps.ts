import { isDeepStrictEqual } from 'node:util';
import type { FunctionCodeReference, FunctionRecord } from '../function/function.state.js';
import { isSealed } from './is-sealed.js';

/** The wraps of a published version's data keys, and of which wraps they are the same. */
export interface VersionWraps {
  readonly of: WrappedKeys;
  readonly to: WrappedKeys;
}

export interface WrappedKeys {
  readonly code: string | undefined;
  readonly environment: string | undefined;
}

const NONE: WrappedKeys = { code: undefined, environment: undefined };
export const NO_WRAPS: VersionWraps = { of: NONE, to: NONE };

/** The data keys of a version as they are wrapped. */
export function wrappedKeys({ code, environmentSeal }: Pick<FunctionRecord, 'code' | 'environmentSeal'>): WrappedKeys {
  return { code: code.sealed?.wrappedKey, environment: environmentSeal?.wrappedKey };
}

/** The record with its data keys wrapped for a version; undefined when it is no longer what was wrapped. */
export function withWraps(record: FunctionRecord, { of, to }: VersionWraps): FunctionRecord | undefined {
  if (!isDeepStrictEqual(wrappedKeys(record), of)) return undefined;
  const { code, environmentSeal } = record;
  return {
    ...record,
    code: withWrap(code, to.code),
    ...(environmentSeal && to.environment !== undefined && { environmentSeal: { ...environmentSeal, wrappedKey: to.environment } }),
  };
}

function withWrap(code: FunctionCodeReference, wrappedKey: string | undefined): FunctionCodeReference {
  return isSealed(code) && wrappedKey !== undefined ? { ...code, sealed: { ...code.sealed, wrappedKey } } : code;
}
