import type { Reach } from '@windlass/policy-engine';

/** The enterprise projects that a decision reaches, by their ids; none for all of them. */
export function reachedIds(reach: Reach, all: readonly string[]): readonly string[] {
  switch (reach.kind) {
    case 'all':
      return [];
    case 'only':
      return reach.ids;
    case 'all_but':
      return all.filter((id) => !reach.ids.includes(id));
    default:
      return reach satisfies never;
  }
}
