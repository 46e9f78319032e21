import { given } from '@windlass/event-store/testing';
import { project, type CreateProject, type ProjectEvent } from './project.decider.js';

const command: CreateProject = { type: 'CreateProject', projectId: 'p1', domainId: 'd1', region: 'local-1' };
const created: ProjectEvent = { type: 'ProjectCreated', data: { projectId: 'p1', domainId: 'd1', name: 'local-1' } };

describe('creating a project', () => {
  it('given nothing, creates it with the name of the region', () => {
    given(project).events([]).when(command).thenEvents([created]);
  });

  it.each(['', 'a b', 'a/b', 'x'.repeat(65)])('refuses the name %j', (region) => {
    given(project).events([]).when({ ...command, region }).thenFails('PROJECT_NAME_INVALID');
  });

  it('given the project, fails', () => {
    given(project).events([created]).when(command).thenFails('PROJECT_EXISTS');
  });
});
