import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import type { CustomPolicyContent } from './custom-policy.js';

/** A policy that an account wrote for itself. */
export type CustomPolicy =
  | { readonly status: 'absent' }
  | { readonly status: 'present'; readonly content: CustomPolicyContent }
  | { readonly status: 'deleted' };

export interface CreateCustomPolicy {
  readonly type: 'CreateCustomPolicy';
  readonly roleId: string;
  readonly domainId: string;
  readonly number: number;
  readonly content: CustomPolicyContent;
}

export interface UpdateCustomPolicy {
  readonly type: 'UpdateCustomPolicy';
  readonly roleId: string;
  readonly content: CustomPolicyContent;
}

export interface DeleteCustomPolicy {
  readonly type: 'DeleteCustomPolicy';
  readonly roleId: string;
  /** How many grants of it hold. */
  readonly references: number;
}

export type CustomPolicyCommand = CreateCustomPolicy | UpdateCustomPolicy | DeleteCustomPolicy;

export interface CustomPolicyCreated {
  readonly type: 'CustomPolicyCreated';
  readonly data: CustomPolicyContent & { readonly roleId: string; readonly domainId: string; readonly number: number };
}

export interface CustomPolicyUpdated {
  readonly type: 'CustomPolicyUpdated';
  readonly data: CustomPolicyContent & { readonly roleId: string };
}

export interface CustomPolicyDeleted {
  readonly type: 'CustomPolicyDeleted';
  readonly data: { readonly roleId: string };
}

export type CustomPolicyEvent = CustomPolicyCreated | CustomPolicyUpdated | CustomPolicyDeleted;

export const customPolicy: Decider<CustomPolicy, CustomPolicyCommand, CustomPolicyEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.type) {
      case 'CreateCustomPolicy': {
        const { roleId, domainId, number, content } = command;
        if (state.status !== 'absent') throw displayNameTaken(content.displayName);
        return [{ type: 'CustomPolicyCreated', data: { roleId, domainId, number, ...content } }];
      }
      case 'UpdateCustomPolicy':
        if (state.status !== 'present') throw roleUnknown(command.roleId);
        return [{ type: 'CustomPolicyUpdated', data: { roleId: command.roleId, ...command.content } }];
      case 'DeleteCustomPolicy':
        if (state.status !== 'present') throw roleUnknown(command.roleId);
        // Taking a granted policy away silently could widen what somebody may do: it may deny.
        if (command.references > 0) throw inUse(state.content.displayName, command.references);
        return [{ type: 'CustomPolicyDeleted', data: { roleId: command.roleId } }];
      default:
        return command satisfies never;
    }
  },

  evolve(_state, event) {
    switch (event.type) {
      case 'CustomPolicyCreated':
      case 'CustomPolicyUpdated': {
        const { displayName, type, description, descriptionCn, policy } = event.data;
        return { status: 'present', content: { displayName, type, description, descriptionCn, policy } };
      }
      case 'CustomPolicyDeleted':
        return { status: 'deleted' };
      default:
        return unknownEvent(event);
    }
  },
};

/** No role, policy or custom policy of the caller's account has this id; another account's is not told apart. */
export function roleUnknown(roleId: string): WindlassError {
  return new WindlassError({ kind: 'not_found', reason: 'ROLE_UNKNOWN', code: 'IAM.0004', message: `Could not find role: ${roleId}.` });
}

export function displayNameTaken(displayName: string): WindlassError {
  return new WindlassError({
    kind: 'conflict',
    reason: 'CUSTOM_POLICY_EXISTS',
    code: 'IAM.0005',
    message: `The account has a custom policy with the display name "${displayName}".`,
  });
}

function inUse(displayName: string, references: number): WindlassError {
  return new WindlassError({
    kind: 'conflict',
    reason: 'CUSTOM_POLICY_IN_USE',
    code: 'IAM.0005',
    message: `The custom policy "${displayName}" is granted ${references} times. Remove those grants, then delete it.`,
  });
}

const STREAM = 'custom-policy-';

export function customPolicyStream(roleId: string): string {
  return `${STREAM}${roleId}`;
}

export function isCustomPolicyStream(streamId: string): boolean {
  return streamId.startsWith(STREAM);
}
