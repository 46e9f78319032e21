import { given } from '@windlass/event-store/testing';
import { createDependencyVersion, MOST_VERSIONS_OF_A_DEPENDENCY } from './create-dependency-version.decider.js';
import { deleteDependencyVersion } from './delete-dependency-version.decider.js';
import type { DependencyEvent } from './dependency.events.js';
import type { DependencyVersion } from './dependency.state.js';

const version = (number: number, change: Partial<DependencyVersion> = {}): DependencyVersion => ({
  id: `v${number}`, dependId: 'd', domainId: 'a', projectId: 'p', name: 'libs', number, runtime: 'http', description: '', fileName: 'libs.zip', link: '', digest: 'aa', sizeBytes: 10, createdAt: '2026-01-01T00:00:00.000Z', ...change,
});
const made = (number: number): DependencyEvent => ({ type: 'DependencyVersionCreated', data: { version: version(number) } });
const gone = (number: number): DependencyEvent => ({ type: 'DependencyVersionDeleted', data: { version: version(number) } });
const upload = (change: Partial<DependencyVersion> = {}) => version(0, { id: 'new', dependId: 'other', ...change });

describe('a dependency', () => {
  it('begins with version 1 under the id that was made for it', () => {
    given(createDependencyVersion).events([]).when(upload()).thenEvents([{ type: 'DependencyVersionCreated', data: { version: version(1, { id: 'new', dependId: 'other' }) } }]);
  });

  it('keeps its id, and never uses a number again while it is there', () => {
    given(createDependencyVersion).events([made(1), made(2), gone(2)]).when(upload()).thenEvents([{ type: 'DependencyVersionCreated', data: { version: version(3, { id: 'new' }) } }]);
  });

  it('begins anew after its last version went', () => {
    given(createDependencyVersion).events([made(1), gone(1)]).when(upload()).thenEvents([{ type: 'DependencyVersionCreated', data: { version: version(1, { id: 'new', dependId: 'other' }) } }]);
  });

  it('has so many versions and no more', () => {
    const all = Array.from({ length: MOST_VERSIONS_OF_A_DEPENDENCY }, (_, index) => made(index + 1));
    given(createDependencyVersion).events(all).when(upload()).thenFails('DEPENDENCY_VERSION_LIMIT');
  });

  it('lets go of a version it has, and of no other', () => {
    given(deleteDependencyVersion).events([made(1), made(2)]).when({ id: 'v1', number: 1 }).thenEvents([gone(1)]);
    given(deleteDependencyVersion).events([made(1)]).when({ id: 'v2', number: 2 }).thenFails('DEPENDENCY_VERSION_NOT_FOUND');
    given(deleteDependencyVersion).events([]).when({ id: 'v1', number: 1 }).thenFails('DEPENDENCY_VERSION_NOT_FOUND');
  });
});
