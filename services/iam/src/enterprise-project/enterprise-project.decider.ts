import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import { requireDescription, requireEnterpriseProjectName, requireEnterpriseProjectType, type EnterpriseProjectType } from './enterprise-project-rule.js';

/** Groups resources of an account across its projects, so that a grant or a bill can speak of the group. */
export type EnterpriseProject =
  | { readonly status: 'absent' }
  | ({ readonly status: 'enabled' | 'disabled' } & EnterpriseProjectRecord)
  | { readonly status: 'deleted' };

export interface EnterpriseProjectRecord {
  readonly id: string;
  readonly domainId: string;
  readonly name: string;
  readonly description: string;
  readonly type: EnterpriseProjectType;
}

export type EnterpriseProjectCommand =
  | { readonly type: 'CreateEnterpriseProject'; readonly id: string; readonly domainId: string; readonly name: string; readonly description: string; readonly projectType: string }
  | { readonly type: 'ChangeEnterpriseProject'; readonly name?: string | undefined; readonly description?: string | undefined; readonly projectType?: string | undefined }
  | { readonly type: 'EnableEnterpriseProject' }
  | { readonly type: 'DisableEnterpriseProject' }
  | { readonly type: 'DeleteEnterpriseProject' };

export type EnterpriseProjectEvent =
  | { readonly type: 'EnterpriseProjectCreated'; readonly data: EnterpriseProjectRecord }
  | { readonly type: 'EnterpriseProjectChanged'; readonly data: EnterpriseProjectRecord }
  | { readonly type: 'EnterpriseProjectEnabled'; readonly data: { readonly id: string } }
  | { readonly type: 'EnterpriseProjectDisabled'; readonly data: { readonly id: string } }
  | { readonly type: 'EnterpriseProjectDeleted'; readonly data: { readonly id: string } };

export const enterpriseProject: Decider<EnterpriseProject, EnterpriseProjectCommand, EnterpriseProjectEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    if (command.type === 'CreateEnterpriseProject') {
      if (state.status !== 'absent') throw new Error('an enterprise project id is used once');
      return [{ type: 'EnterpriseProjectCreated', data: checked(command) }];
    }
    if (state.status === 'absent' || state.status === 'deleted') throw enterpriseProjectMissing();
    const { id } = state;
    switch (command.type) {
      case 'ChangeEnterpriseProject':
        return change(state, command);
      case 'EnableEnterpriseProject':
        return state.status === 'enabled' ? [] : [{ type: 'EnterpriseProjectEnabled', data: { id } }];
      case 'DisableEnterpriseProject':
        return state.status === 'disabled' ? [] : [{ type: 'EnterpriseProjectDisabled', data: { id } }];
      case 'DeleteEnterpriseProject':
        if (state.status === 'enabled') throw stillEnabled(state.name);
        return [{ type: 'EnterpriseProjectDeleted', data: { id } }];
      default:
        return command satisfies never;
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'EnterpriseProjectCreated':
        return { status: 'enabled', ...event.data };
      case 'EnterpriseProjectChanged':
        return { ...known(state), ...event.data };
      case 'EnterpriseProjectEnabled':
        return { ...known(state), status: 'enabled' };
      case 'EnterpriseProjectDisabled':
        return { ...known(state), status: 'disabled' };
      case 'EnterpriseProjectDeleted':
        return { status: 'deleted' };
      default:
        return unknownEvent(event);
    }
  },
};

type Known = Extract<EnterpriseProject, EnterpriseProjectRecord>;

function change(state: Known, command: Extract<EnterpriseProjectCommand, { type: 'ChangeEnterpriseProject' }>): readonly EnterpriseProjectEvent[] {
  const { id, domainId } = state;
  const next = checked({
    id,
    domainId,
    name: command.name ?? state.name,
    description: command.description ?? state.description,
    projectType: command.projectType ?? state.type,
  });
  const same = next.name === state.name && next.description === state.description && next.type === state.type;
  return same ? [] : [{ type: 'EnterpriseProjectChanged', data: next }];
}

function checked(given: Omit<EnterpriseProjectRecord, 'type'> & { readonly projectType: string }): EnterpriseProjectRecord {
  const { id, domainId, name, description } = given;
  requireEnterpriseProjectName(name);
  requireDescription(description);
  return { id, domainId, name, description, type: requireEnterpriseProjectType(given.projectType) };
}

function known(state: EnterpriseProject): Known {
  if (state.status === 'enabled' || state.status === 'disabled') return state;
  throw new Error(`the enterprise project is ${state.status}`);
}

/** Also the answer for one of another account or beyond the caller's reach: it shall not be told from none. */
export function enterpriseProjectMissing(): WindlassError {
  return new WindlassError({
    kind: 'not_found',
    reason: 'ENTERPRISE_PROJECT_UNKNOWN',
    code: 'EPS.0404',
    message: 'The enterprise project does not exist.',
  });
}

export function nameTaken(name: string): WindlassError {
  return new WindlassError({
    kind: 'conflict',
    reason: 'ENTERPRISE_PROJECT_EXISTS',
    code: 'EPS.0409',
    message: `The account has an enterprise project named "${name}" already.`,
  });
}

function stillEnabled(name: string): WindlassError {
  return new WindlassError({
    kind: 'precondition_failed',
    reason: 'ENTERPRISE_PROJECT_ENABLED',
    code: 'EPS.0412',
    message: `The enterprise project "${name}" is enabled. Disable it before deleting it.`,
  });
}

const STREAM = 'enterprise-project-';

export function enterpriseProjectStream(id: string): string {
  return `${STREAM}${id}`;
}
