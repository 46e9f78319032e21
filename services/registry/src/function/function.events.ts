import type { FunctionRecord } from './function.state.js';

/**
 * Stored events of the stream `function:<project>:<package>:<name>`; private to this service. The key is the rule that a
 * name is used once in a package, and a deleted name may be created again in the same stream, with another id.
 *
 * Each event carries the function as it stands after it. What is told to workers is made of one event alone, so no event
 * can be published with half of what another one knew.
 */
export type FunctionEvent =
  | { readonly type: 'FunctionCreated'; readonly data: { readonly function: FunctionRecord } }
  | { readonly type: 'FunctionCodeReplaced'; readonly data: { readonly function: FunctionRecord; readonly replaced: ReplacedCode } }
  | { readonly type: 'FunctionConfigReplaced'; readonly data: { readonly function: FunctionRecord } }
  | { readonly type: 'FunctionMaxInstancesChanged'; readonly data: { readonly function: FunctionRecord } }
  | { readonly type: 'FunctionDeleted'; readonly data: { readonly function: FunctionRecord } };

/** The package a function no longer uses. */
export interface ReplacedCode {
  readonly digest: string;
  readonly sizeBytes: number;
}

const STREAM_PREFIX = 'function:';

export function functionStream(of: { projectId: string; package: string; name: string }): string {
  return `${STREAM_PREFIX}${of.projectId}:${of.package}:${of.name}`;
}

export function isFunctionStream(streamId: string): boolean {
  return streamId.startsWith(STREAM_PREFIX);
}
