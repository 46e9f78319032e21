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

describe('a project beneath that of a region', () => {
  const parent = { projectId: 'p1', name: 'local-1' };
  const subcommand = { type: 'CreateSubproject', projectId: 'p2', domainId: 'd1', parent, name: 'local-1_dev', description: '' } as const;
  const subcreated: ProjectEvent = { type: 'SubprojectCreated', data: { projectId: 'p2', domainId: 'd1', name: 'local-1_dev', description: '', parent } };
  const deleted: ProjectEvent = { type: 'ProjectDeleted', data: { projectId: 'p2' } };

  it('is named after the region', () => {
    given(project).events([]).when(subcommand).thenEvents([subcreated]);
    for (const name of ['dev', 'local-1', 'local-1_', 'local-2_dev', `local-1_${'x'.repeat(57)}`, 'local-1_a/b']) {
      given(project).events([]).when({ ...subcommand, name }).thenFails('PROJECT_NAME_INVALID');
      given(project).events([subcreated]).when({ type: 'ChangeProject', name }).thenFails('PROJECT_NAME_INVALID');
    }
  });

  it('changes in what is named', () => {
    const changed: ProjectEvent = { type: 'ProjectChanged', data: { projectId: 'p2', name: 'local-1_dev', description: 'mine' } };
    given(project).events([subcreated]).when({ type: 'ChangeProject', description: 'mine' }).thenEvents([changed]);
    given(project).events([subcreated]).when({ type: 'ChangeProject' }).thenEvents([]);
  });

  it('is deleted once', () => {
    given(project).events([subcreated]).when({ type: 'DeleteProject' }).thenEvents([deleted]);
    given(project).events([subcreated, deleted]).when({ type: 'DeleteProject' }).thenFails('PROJECT_UNKNOWN');
  });

  it('is unlike the project of the region, which keeps its name and stays', () => {
    given(project).events([created]).when({ type: 'DeleteProject' }).thenFails('REGION_PROJECT_PROTECTED');
    given(project).events([created]).when({ type: 'ChangeProject', name: 'local-1_x' }).thenFails('REGION_PROJECT_PROTECTED');
  });
});
