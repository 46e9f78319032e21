import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';

/** Where an account's resources of one region live; named as the region. */
export type Project = { readonly status: 'absent' } | { readonly status: 'enabled'; readonly projectId: string; readonly name: string };

export interface CreateProject {
  readonly type: 'CreateProject';
  readonly projectId: string;
  readonly domainId: string;
  readonly region: string;
}

export interface ProjectCreated {
  readonly type: 'ProjectCreated';
  readonly data: { readonly projectId: string; readonly domainId: string; readonly name: string };
}

export type ProjectEvent = ProjectCreated;

export const project: Decider<Project, CreateProject, ProjectEvent> = {
  initial: { status: 'absent' },

  decide(state, { projectId, domainId, region }) {
    if (state.status !== 'absent') {
      throw new WindlassError({ kind: 'conflict', reason: 'PROJECT_EXISTS', code: 'IAM.0005', message: `The project "${state.name}" exists.` });
    }
    if (!isProjectName(region)) {
      throw new WindlassError({
        kind: 'invalid',
        reason: 'PROJECT_NAME_INVALID',
        code: 'IAM.0073',
        message: 'The name of a project, which is that of its region, must have 1 to 64 letters, digits, "_" and "-".',
      });
    }
    return [{ type: 'ProjectCreated', data: { projectId, domainId, name: region } }];
  },

  evolve(_state, event) {
    switch (event.type) {
      case 'ProjectCreated':
        return { status: 'enabled', projectId: event.data.projectId, name: event.data.name };
      default:
        event.type satisfies never;
        return unknownEvent(event as never);
    }
  },
};

/** Whether a project can have this name: what cannot be one is not looked up. */
export function isProjectName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}

const STREAM = 'project-';

export function projectStream(projectId: string): string {
  return `${STREAM}${projectId}`;
}

export function isProjectStream(streamId: string): boolean {
  return streamId.startsWith(STREAM);
}
