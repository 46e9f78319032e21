import { given } from '@windlass/event-store/testing';
import { project, type CreateProject, type DeleteProject, type ProjectEvent } from './project.decider.js';

const command: CreateProject = { type: 'CreateProject', projectId: 'p1', domainId: 'd1', region: 'local-1' };
const created: ProjectEvent = { type: 'ProjectCreated', data: { projectId: 'p1', domainId: 'd1', name: 'local-1' } };

const nothing = { functions: 0, logGroups: 0, keys: 0 };
const remove: DeleteProject = { type: 'DeleteProject', holds: nothing };

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
    given(project).events([subcreated]).when(remove).thenEvents([deleted]);
    given(project).events([subcreated, deleted]).when(remove).thenFails('PROJECT_UNKNOWN');
  });

  it.each([
    [{ functions: 2, logGroups: 1, keys: 0 }, 'The project still holds 2 functions and 1 log group. Delete them first.'],
    [{ functions: 1, logGroups: 0, keys: 0 }, 'The project still holds 1 function. Delete it first.'],
    [{ functions: 2, logGroups: 1, keys: 3 }, 'The project still holds 2 functions, 1 log group and 3 keys. Keys cannot be deleted, nor can a project that holds one.'],
  ])('stays while it holds %j', (holds, message) => {
    given(project).events([subcreated]).when({ ...remove, holds }).thenFails('PROJECT_IN_USE');
    const state = project.evolve(project.initial, subcreated);
    expect(() => project.decide(state, { ...remove, holds })).toThrow(expect.objectContaining({ kind: 'conflict', code: 'IAM.0005', message }));
  });

  it('is unlike the project of the region, which keeps its name and stays', () => {
    given(project).events([created]).when(remove).thenFails('REGION_PROJECT_PROTECTED');
    given(project).events([created]).when({ type: 'ChangeProject', name: 'local-1_x' }).thenFails('REGION_PROJECT_PROTECTED');
  });
});
