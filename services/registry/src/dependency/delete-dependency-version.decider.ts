import { dependencyVersionMissing } from './dependency.errors.js';
import type { DependencyEvent } from './dependency.events.js';
import { evolveDependency, NO_DEPENDENCY, type DependencyState } from './dependency.state.js';

/** That no function uses the version is for who runs the command: it is not of this stream. */
function decide(state: DependencyState, { id, number }: { readonly id: string; readonly number: number }): readonly DependencyEvent[] {
  const version = state.status === 'active' ? state.versions.find((each) => each.id === id) : undefined;
  if (version === undefined) throw dependencyVersionMissing(String(number));
  return [{ type: 'DependencyVersionDeleted', data: { version } }];
}

export const deleteDependencyVersion = { initial: NO_DEPENDENCY, decide, evolve: evolveDependency };
