import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import { notFound } from '../not-found.js';
import { requireContent, type ProposedContent } from './custom-policy-rule.js';
import type { CustomPolicyContent } from './custom-policy.js';

/** A policy that an account wrote for itself. */
export type CustomPolicy =
  | { readonly status: 'absent' }
  | { readonly status: 'present'; readonly domainId: string; readonly content: CustomPolicyContent }
  | { readonly status: 'deleted' };

export interface CreateCustomPolicy {
  readonly type: 'CreateCustomPolicy';
  readonly roleId: string;
  readonly domainId: string;
  /** Tells the policies of an account apart in their names. */
  readonly number: number;
  readonly proposed: ProposedContent;
}

export interface UpdateCustomPolicy {
  readonly type: 'UpdateCustomPolicy';
  readonly roleId: string;
  readonly domainId: string;
  readonly proposed: ProposedContent;
}

export interface DeleteCustomPolicy {
  readonly type: 'DeleteCustomPolicy';
  readonly roleId: string;
  readonly domainId: string;
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
    const { roleId, domainId } = command;
    if (command.type === 'CreateCustomPolicy') {
      if (state.status !== 'absent') throw new Error(`the new id ${roleId} is that of another custom policy`);
      return [{ type: 'CustomPolicyCreated', data: { roleId, domainId, number: command.number, ...requireContent(command.proposed) } }];
    }
    if (state.status !== 'present' || state.domainId !== domainId) throw notFound('role', roleId);
    switch (command.type) {
      case 'UpdateCustomPolicy':
        return [{ type: 'CustomPolicyUpdated', data: { roleId, ...requireContent(command.proposed, state.content) } }];
      case 'DeleteCustomPolicy':
        // Taking a granted policy away silently could widen what somebody may do: it may deny.
        if (command.references > 0) throw inUse(state.content.displayName, command.references);
        return [{ type: 'CustomPolicyDeleted', data: { roleId } }];
      default:
        return command satisfies never;
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'CustomPolicyCreated':
        return { status: 'present', domainId: event.data.domainId, content: contentOf(event.data) };
      case 'CustomPolicyUpdated':
        return state.status === 'present' ? { ...state, content: contentOf(event.data) } : state;
      case 'CustomPolicyDeleted':
        return { status: 'deleted' };
      default:
        return unknownEvent(event);
    }
  },
};

function contentOf({ displayName, type, description, descriptionCn, policy }: CustomPolicyContent): CustomPolicyContent {
  return { displayName, type, description, descriptionCn, policy };
}

/** The account has another custom policy that people call the same. */
export function displayNameTaken(displayName: string | undefined): WindlassError {
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
