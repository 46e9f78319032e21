import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import { requireDescription } from '../description-rule.js';
import { requireTitle } from '../name-rule.js';
import { notFound } from '../not-found.js';

/** A group of users of one account: what is granted to it is granted to each of them. */
export type Group =
  | { readonly status: 'absent' }
  | {
      readonly status: 'present';
      readonly groupId: string;
      readonly name: string;
      readonly description: string;
      readonly members: ReadonlySet<string>;
    }
  | { readonly status: 'deleted'; readonly groupId: string };

export interface CreateGroup {
  readonly type: 'CreateGroup';
  readonly groupId: string;
  readonly domainId: string;
  readonly name: string;
  readonly description: string;
}

/** What is absent stays as it is. */
export interface ChangeGroup {
  readonly type: 'ChangeGroup';
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

export type GroupCommand =
  | CreateGroup
  | ChangeGroup
  | { readonly type: 'DeleteGroup' }
  | { readonly type: 'AddMember'; readonly userId: string }
  | { readonly type: 'RemoveMember'; readonly userId: string };

export interface GroupCreated {
  readonly type: 'GroupCreated';
  readonly data: { readonly groupId: string; readonly domainId: string; readonly name: string; readonly description: string };
}
export interface GroupChanged {
  readonly type: 'GroupChanged';
  readonly data: { readonly groupId: string; readonly name: string; readonly description: string };
}
export interface GroupDeleted {
  readonly type: 'GroupDeleted';
  readonly data: { readonly groupId: string };
}
export interface GroupMemberAdded {
  readonly type: 'GroupMemberAdded';
  readonly data: { readonly groupId: string; readonly userId: string };
}
export interface GroupMemberRemoved {
  readonly type: 'GroupMemberRemoved';
  readonly data: { readonly groupId: string; readonly userId: string };
}

export type GroupEvent = GroupCreated | GroupChanged | GroupDeleted | GroupMemberAdded | GroupMemberRemoved;

export const group: Decider<Group, GroupCommand, GroupEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    if (command.type === 'CreateGroup') return create(state, command);
    if (state.status !== 'present') throw notFound('group', state.status === 'deleted' ? state.groupId : '');
    const { groupId, members } = state;
    switch (command.type) {
      case 'ChangeGroup':
        return change(state, command);
      case 'DeleteGroup':
        return [{ type: 'GroupDeleted', data: { groupId } }];
      case 'AddMember':
        return members.has(command.userId) ? [] : [{ type: 'GroupMemberAdded', data: { groupId, userId: command.userId } }];
      case 'RemoveMember':
        if (!members.has(command.userId)) throw notMember(command.userId);
        return [{ type: 'GroupMemberRemoved', data: { groupId, userId: command.userId } }];
      default:
        return command satisfies never;
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'GroupCreated': {
        const { groupId, name, description } = event.data;
        return { status: 'present', groupId, name, description, members: new Set() };
      }
      case 'GroupChanged':
        return state.status === 'present' ? { ...state, name: event.data.name, description: event.data.description } : state;
      case 'GroupDeleted':
        return { status: 'deleted', groupId: event.data.groupId };
      case 'GroupMemberAdded':
        return state.status === 'present' ? { ...state, members: new Set([...state.members, event.data.userId]) } : state;
      case 'GroupMemberRemoved':
        return state.status === 'present' ? { ...state, members: new Set([...state.members].filter((userId) => userId !== event.data.userId)) } : state;
      default:
        return unknownEvent(event);
    }
  },
};

function create(state: Group, { groupId, domainId, name, description }: CreateGroup): readonly GroupEvent[] {
  if (state.status !== 'absent') throw groupNameTaken(name);
  requireTitle('group', name);
  requireDescription(description);
  return [{ type: 'GroupCreated', data: { groupId, domainId, name, description } }];
}

function change(state: Group & { status: 'present' }, command: ChangeGroup): readonly GroupEvent[] {
  const { name = state.name, description = state.description } = command;
  if (name === state.name && description === state.description) return [];
  requireTitle('group', name);
  requireDescription(description);
  return [{ type: 'GroupChanged', data: { groupId: state.groupId, name, description } }];
}

export function groupNameTaken(name: string): WindlassError {
  return new WindlassError({
    kind: 'conflict',
    reason: 'GROUP_EXISTS',
    code: 'IAM.0005',
    message: `A group named "${name}" exists. Names must differ in more than case.`,
  });
}

export function notMember(userId: string): WindlassError {
  return new WindlassError({ kind: 'not_found', reason: 'NOT_A_MEMBER', code: 'IAM.0004', message: `The user ${userId} is not in the group.` });
}

const STREAM = 'group-';

export function groupStream(groupId: string): string {
  return `${STREAM}${groupId}`;
}
