import { unknownEvent } from '@windlass/event-store';
import { refusal } from '../refusal.js';
import type { ApiGroupEvent } from './api-group.events.js';

export type ApiGroupState = { readonly status: 'free' } | { readonly status: 'claimed'; readonly projectId: string };

export interface ClaimApiGroup {
  readonly groupId: string;
  readonly domainId: string;
  readonly projectId: string;
}

function decide(state: ApiGroupState, command: ClaimApiGroup): readonly ApiGroupEvent[] {
  if (state.status === 'free') return [{ type: 'ApiGroupClaimed', data: command }];
  if (state.projectId === command.projectId) return [];
  // Whose it is, or that it is anybody's, is not for the caller to know.
  throw refusal(
    'invalid',
    'FSS.1107',
    'API_GROUP_NOT_FOUND',
    `There is no API group ${command.groupId}. Leave group_id out to use the function's own group.`,
  );
}

function evolve(_state: ApiGroupState, event: ApiGroupEvent): ApiGroupState {
  switch (event.type) {
    case 'ApiGroupClaimed':
      return { status: 'claimed', projectId: event.data.projectId };
    default:
      return unknownEvent(event as never);
  }
}

const FREE: ApiGroupState = { status: 'free' };

export const claimApiGroup = { initial: FREE, decide, evolve };
