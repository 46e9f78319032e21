import type { DependencyVersion } from './dependency.state.js';

/**
 * Stored events of the stream `dependency:<project>:<name>`; private to this service. The key is the rule that a name is one
 * dependency's in its project, and that of several uploads at once each gets a number of its own.
 */
export type DependencyEvent =
  | { readonly type: 'DependencyVersionCreated'; readonly data: { readonly version: DependencyVersion } }
  | { readonly type: 'DependencyVersionDeleted'; readonly data: { readonly version: DependencyVersion } };

/** Beginning of the ids of all dependencies' streams. */
export const DEPENDENCY_STREAMS = 'dependency:';

export function dependencyStream(of: { projectId: string; name: string }): string {
  return `${DEPENDENCY_STREAMS}${of.projectId}:${of.name}`;
}
