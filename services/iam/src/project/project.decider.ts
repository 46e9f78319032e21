import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import { requireDescription } from '../description-rule.js';
import { notFound } from '../not-found.js';
import { describeCounts, type ResourceCounts } from './resource-counts.js';

/** Where resources of an account live: one project a region, named as the region, and projects beneath it. */
export type Project =
  | { readonly status: 'absent' }
  | {
      readonly status: 'enabled';
      readonly projectId: string;
      readonly name: string;
      readonly description: string;
      /** Absent for the project of a region. */
      readonly parent: Parent | undefined;
    }
  | { readonly status: 'deleted'; readonly projectId: string };

/** The region's project, which is above the others. */
export interface Parent {
  readonly projectId: string;
  readonly name: string;
}

export interface CreateProject {
  readonly type: 'CreateProject';
  readonly projectId: string;
  readonly domainId: string;
  readonly region: string;
}

export interface CreateSubproject {
  readonly type: 'CreateSubproject';
  readonly projectId: string;
  readonly domainId: string;
  readonly parent: Parent;
  readonly name: string;
  readonly description: string;
}

/** What is absent stays as it is. */
export interface ChangeProject {
  readonly type: 'ChangeProject';
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

export interface DeleteProject {
  readonly type: 'DeleteProject';
  /** What the project holds: nothing may be left that nobody could manage any more. */
  readonly holds: ResourceCounts;
}

export type ProjectCommand = CreateProject | CreateSubproject | ChangeProject | DeleteProject;

export interface ProjectCreated {
  readonly type: 'ProjectCreated';
  readonly data: { readonly projectId: string; readonly domainId: string; readonly name: string };
}
export interface SubprojectCreated {
  readonly type: 'SubprojectCreated';
  readonly data: { readonly projectId: string; readonly domainId: string; readonly name: string; readonly description: string; readonly parent: Parent };
}
export interface ProjectChanged {
  readonly type: 'ProjectChanged';
  readonly data: { readonly projectId: string; readonly name: string; readonly description: string };
}
export interface ProjectDeleted {
  readonly type: 'ProjectDeleted';
  readonly data: { readonly projectId: string };
}

export type ProjectEvent = ProjectCreated | SubprojectCreated | ProjectChanged | ProjectDeleted;

export const project: Decider<Project, ProjectCommand, ProjectEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.type) {
      case 'CreateProject': {
        const { projectId, domainId, region } = command;
        requireAbsent(state);
        if (!isProjectName(region)) throw nameInvalid('of a region');
        return [{ type: 'ProjectCreated', data: { projectId, domainId, name: region } }];
      }
      case 'CreateSubproject': {
        const { projectId, domainId, name, description, parent } = command;
        requireAbsent(state);
        requireNameBeneath(parent, name);
        requireDescription(description);
        return [{ type: 'SubprojectCreated', data: { projectId, domainId, name, description, parent } }];
      }
      case 'ChangeProject':
        return change(present(state), command);
      case 'DeleteProject': {
        const { projectId, name, parent } = present(state);
        if (parent === undefined) throw regionProtected(name, 'deleted');
        requireEmpty(command.holds);
        return [{ type: 'ProjectDeleted', data: { projectId } }];
      }
      default:
        return command satisfies never;
    }
  },

  evolve(state, event) {
    const { projectId } = event.data;
    switch (event.type) {
      case 'ProjectCreated':
        return { status: 'enabled', projectId, name: event.data.name, description: '', parent: undefined };
      case 'SubprojectCreated': {
        const { name, description, parent } = event.data;
        return { status: 'enabled', projectId, name, description, parent };
      }
      case 'ProjectChanged':
        return state.status === 'enabled' ? { ...state, name: event.data.name, description: event.data.description } : state;
      case 'ProjectDeleted':
        return { status: 'deleted', projectId };
      default:
        return unknownEvent(event);
    }
  },
};

type PresentProject = Extract<Project, { readonly status: 'enabled' }>;

function present(state: Project): PresentProject {
  if (state.status === 'enabled') return state;
  throw notFound('project', state.status === 'deleted' ? state.projectId : '');
}

function change(state: PresentProject, command: ChangeProject): readonly ProjectEvent[] {
  const { name = state.name, description = state.description } = command;
  if (name !== state.name) {
    if (state.parent === undefined) throw regionProtected(state.name, 'renamed');
    requireNameBeneath(state.parent, name);
  }
  requireDescription(description);
  if (name === state.name && description === state.description) return [];
  return [{ type: 'ProjectChanged', data: { projectId: state.projectId, name, description } }];
}

function requireAbsent(state: Project): void {
  if (state.status === 'enabled') throw projectNameTaken(state.name);
  if (state.status === 'deleted') throw new Error('a project id is used once');
}

function requireNameBeneath({ name: region }: Parent, name: string): void {
  const prefix = `${region}_`;
  if (isProjectName(name) && name.startsWith(prefix) && name.length > prefix.length) return;
  throw nameInvalid(`beneath that of a region must begin with "${prefix}" and`);
}

function requireEmpty(holds: ResourceCounts): void {
  const described = describeCounts(holds);
  if (described === undefined) return;
  // No operation deletes a key: nobody is told to do what cannot be done.
  const remedy = holds.keys > 0 ? 'Keys cannot be deleted, nor can a project that holds one.' : `Delete ${holds.functions + holds.logGroups === 1 ? 'it' : 'them'} first.`;
  throw new WindlassError({ kind: 'conflict', reason: 'PROJECT_IN_USE', code: 'IAM.0005', message: `The project still holds ${described}. ${remedy}` });
}

export function projectNameTaken(name: string): WindlassError {
  return new WindlassError({ kind: 'conflict', reason: 'PROJECT_EXISTS', code: 'IAM.0005', message: `The project "${name}" exists.` });
}

function regionProtected(name: string, what: 'deleted' | 'renamed'): WindlassError {
  const message = `The project "${name}" is that of its region and cannot be ${what}.`;
  return new WindlassError({ kind: 'forbidden', reason: 'REGION_PROJECT_PROTECTED', code: 'IAM.0002', message });
}

function nameInvalid(which: string): WindlassError {
  return new WindlassError({
    kind: 'invalid',
    reason: 'PROJECT_NAME_INVALID',
    code: 'IAM.0073',
    message: `The name of a project ${which} must have 1 to 64 letters, digits, "_" and "-".`,
  });
}

/** Whether a project can have this name: what cannot be one is not looked up. */
export function isProjectName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}

const STREAM = 'project-';

export function projectStream(projectId: string): string {
  return `${STREAM}${projectId}`;
}
