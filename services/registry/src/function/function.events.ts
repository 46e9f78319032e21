import type { AliasRecord } from '../alias/alias.state.js';
import type { FunctionTag } from '../function-tag/function-tag.js';
import type { TestEventRecord } from '../test-event/test-event.js';
import type { RollbackReference } from '../rollback/rollback-reference.js';
import type { PublishedVersion } from '../version/version.state.js';
import type { FunctionRecord } from './function.state.js';

/**
 * Stored events of the stream `function:<project>:<package>:<name>`; private to this service. The key is the rule that a
 * name is used once in a package, and a deleted name may be created again in the same stream, with another id.
 *
 * An event carries what it changes as it stands after it: the function, a version, an alias. What is told to workers is made
 * of one event alone, so no event can be published with half of what another one knew. The end of a function is told as the
 * end of each of its aliases and versions, and then its own. A function that comes back after that is created with the id it had,
 * and then its versions and aliases are.
 */
export type FunctionEvent =
  | { readonly type: 'FunctionCreated'; readonly data: { readonly function: FunctionRecord; readonly rollback?: RollbackReference } }
  | { readonly type: 'FunctionCodeReplaced'; readonly data: { readonly function: FunctionRecord; readonly replaced: ReplacedCode } }
  | { readonly type: 'FunctionConfigReplaced'; readonly data: { readonly function: FunctionRecord } }
  | { readonly type: 'FunctionMaxInstancesChanged'; readonly data: { readonly function: FunctionRecord } }
  | { readonly type: 'FunctionRolledBack'; readonly data: { readonly function: FunctionRecord; readonly replaced: ReplacedCode; readonly rollback: RollbackReference } }
  | { readonly type: 'FunctionTriggersRolledBack'; readonly data: { readonly of: FunctionOwner; readonly rollback: RollbackReference } }
  | { readonly type: 'FunctionDeleted'; readonly data: { readonly function: FunctionRecord } }
  | { readonly type: 'VersionPublished'; readonly data: { readonly version: PublishedVersion } }
  | { readonly type: 'VersionDeleted'; readonly data: { readonly version: PublishedVersion } }
  | { readonly type: 'AliasCreated'; readonly data: { readonly of: FunctionOwner; readonly alias: AliasRecord } }
  | { readonly type: 'AliasChanged'; readonly data: { readonly of: FunctionOwner; readonly alias: AliasRecord } }
  | { readonly type: 'AliasDeleted'; readonly data: { readonly of: FunctionOwner; readonly alias: AliasRecord } }
  | { readonly type: 'FunctionTagsChanged'; readonly data: { readonly of: FunctionOwner; readonly tags: readonly FunctionTag[] } }
  | { readonly type: 'TestEventKept'; readonly data: { readonly of: FunctionOwner; readonly testEvent: TestEventRecord } }
  | { readonly type: 'TestEventDeleted'; readonly data: { readonly of: FunctionOwner; readonly testEvent: TestEventRecord } };

/** Whose an alias, a tag or a test event is. */
export interface FunctionOwner {
  readonly funcId: string;
  readonly domainId: string;
}

/** The package a function no longer uses; the one it goes on with where only its configuration changed. */
export interface ReplacedCode {
  /** What the store knows it by. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Beginning of the ids of all functions' streams. */
export const FUNCTION_STREAMS = 'function:';

export function functionStream(of: { projectId: string; package: string; name: string }): string {
  return `${FUNCTION_STREAMS}${of.projectId}:${of.package}:${of.name}`;
}

export function isFunctionStream(streamId: string): boolean {
  return streamId.startsWith(FUNCTION_STREAMS);
}

/** The function an event is about. */
export function ownerOf(event: FunctionEvent): FunctionOwner {
  const { data } = event;
  if ('of' in data) return data.of;
  return 'version' in data ? data.version.function : data.function;
}
