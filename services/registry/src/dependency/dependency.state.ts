import { unknownEvent } from '@windlass/event-store';
import type { DependencyEvent } from './dependency.events.js';

/** One version of a dependency; none ever changes. */
export interface DependencyVersion {
  /** What functions name it by. */
  readonly id: string;
  readonly dependId: string;
  readonly domainId: string;
  readonly projectId: string;
  readonly name: string;
  /** From 1 on; a number is never used again. */
  readonly number: number;
  /** Of a language or "http": a word for people, since HTTP functions tell no languages apart. */
  readonly runtime: string;
  readonly description: string;
  readonly fileName: string;
  /** Where it was fetched from, without what signed the URL; empty when it was uploaded. */
  readonly link: string;
  /** Hex SHA-512 of the package. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
}

/** What a function keeps of a version it has attached: enough to run by. */
export type AttachedDependency = Pick<DependencyVersion, 'id' | 'dependId' | 'name' | 'number' | 'digest' | 'sizeBytes'>;

/** A dependency is there as long as it has a version. Its name may be used again after that, under another id. */
export type DependencyState =
  | { readonly status: 'absent' }
  | { readonly status: 'active'; readonly dependId: string; readonly lastNumber: number; readonly versions: readonly DependencyVersion[] };

export const NO_DEPENDENCY: DependencyState = { status: 'absent' };

export function evolveDependency(state: DependencyState, event: DependencyEvent): DependencyState {
  switch (event.type) {
    case 'DependencyVersionCreated': {
      const { version } = event.data;
      const earlier = state.status === 'active' ? state.versions : [];
      return { status: 'active', dependId: version.dependId, lastNumber: version.number, versions: [...earlier, version] };
    }
    case 'DependencyVersionDeleted': {
      if (state.status !== 'active') throw new Error('The stream of a dependency deletes a version at a point where there is none.');
      const versions = state.versions.filter(({ id }) => id !== event.data.version.id);
      return versions.length === 0 ? NO_DEPENDENCY : { ...state, versions };
    }
    default:
      return unknownEvent(event);
  }
}
