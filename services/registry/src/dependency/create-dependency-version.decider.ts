import { refusal } from '../refusal.js';
import type { DependencyEvent } from './dependency.events.js';
import { evolveDependency, NO_DEPENDENCY, type DependencyState, type DependencyVersion } from './dependency.state.js';

/** Ours: the documents tell no limit. */
export const MOST_VERSIONS_OF_A_DEPENDENCY = 100;

/** Ids of a new version, and of a dependency in case there is none of this name. */
export type CreateDependencyVersion = Omit<DependencyVersion, 'number'>;

function decide(state: DependencyState, command: CreateDependencyVersion): readonly DependencyEvent[] {
  if (state.status === 'absent') return [created({ ...command, number: 1 })];
  if (state.versions.length >= MOST_VERSIONS_OF_A_DEPENDENCY) {
    throw refusal(
      'quota_exceeded',
      'FSS.1045',
      'DEPENDENCY_VERSION_LIMIT',
      `The dependency ${command.name} has ${MOST_VERSIONS_OF_A_DEPENDENCY} versions, which is the most it may have. Delete one that no function uses.`,
    );
  }
  return [created({ ...command, dependId: state.dependId, number: state.lastNumber + 1 })];
}

function created(version: DependencyVersion): DependencyEvent {
  return { type: 'DependencyVersionCreated', data: { version } };
}

export const createDependencyVersion = { initial: NO_DEPENDENCY, decide, evolve: evolveDependency };
