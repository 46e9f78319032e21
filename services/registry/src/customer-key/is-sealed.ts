import type { CodeSeal, FunctionCodeReference } from '../function/function.state.js';

/** Code that lies under a customer's key. */
export type SealedCode = FunctionCodeReference & { readonly sealed: CodeSeal };

export function isSealed(code: FunctionCodeReference): code is SealedCode {
  return code.sealed !== undefined;
}
