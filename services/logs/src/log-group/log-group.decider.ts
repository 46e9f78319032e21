import { unknownEvent, type Decider } from '@windlass/event-store';
import { changedTags, isSameTags, requireTags, type TagChange, type Tags } from '../tags.js';
import { requireAlias, requireName, requireRetentionDays } from '../naming.js';
import { groupNotFound } from './log-group.errors.js';

export interface LogGroupDetails {
  readonly domainId: string;
  readonly projectId: string;
  readonly name: string;
  readonly alias: string;
  readonly ttlInDays: number;
  readonly tags: Tags;
}

export type LogGroupEvent =
  | { readonly type: 'LogGroupCreated'; readonly data: LogGroupDetails }
  | { readonly type: 'LogGroupRetentionChanged'; readonly data: { readonly ttlInDays: number } }
  | { readonly type: 'LogGroupTagged'; readonly data: { readonly tags: Tags } }
  /** The group's streams end with it. */
  | { readonly type: 'LogGroupDeleted'; readonly data: Record<string, never> };

export type LogGroupCommand =
  | ({ readonly kind: 'create' } & LogGroupDetails)
  /** What is not named stays. Tags are all it has from now on. */
  | { readonly kind: 'change'; readonly ttlInDays?: number; readonly tags?: Tags }
  | ({ readonly kind: 'tag' } & TagChange)
  | { readonly kind: 'delete' };

export type LogGroupState = { readonly status: 'absent' } | ({ readonly status: 'active' } & LogGroupDetails) | { readonly status: 'deleted' };

export const logGroup: Decider<LogGroupState, LogGroupCommand, LogGroupEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.kind) {
      case 'create': {
        const { kind: _kind, ...details } = command;
        requireName('log_group_name', details.name);
        requireAlias('log_group_name_alias', details.alias);
        requireRetentionDays(details.ttlInDays);
        requireTags(details.tags);
        return [{ type: 'LogGroupCreated', data: details }];
      }
      case 'change':
        if (state.status !== 'active') throw groupNotFound();
        return changes(state, command);
      case 'tag':
        if (state.status !== 'active') throw groupNotFound();
        return changes(state, { tags: changedTags(state.tags, command) });
      case 'delete':
        if (state.status !== 'active') throw groupNotFound();
        return [{ type: 'LogGroupDeleted', data: {} }];
      default:
        return command satisfies never;
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'LogGroupCreated':
        return { status: 'active', ...event.data };
      case 'LogGroupRetentionChanged':
        return state.status === 'active' ? { ...state, ttlInDays: event.data.ttlInDays } : state;
      case 'LogGroupTagged':
        return state.status === 'active' ? { ...state, tags: event.data.tags } : state;
      case 'LogGroupDeleted':
        return { status: 'deleted' };
      default:
        return unknownEvent(event);
    }
  },
};

function changes(state: LogGroupDetails, { ttlInDays, tags }: { readonly ttlInDays?: number; readonly tags?: Tags }): LogGroupEvent[] {
  const events: LogGroupEvent[] = [];
  if (ttlInDays !== undefined) {
    requireRetentionDays(ttlInDays);
    if (ttlInDays !== state.ttlInDays) events.push({ type: 'LogGroupRetentionChanged', data: { ttlInDays } });
  }
  if (tags !== undefined) {
    requireTags(tags);
    if (!isSameTags(tags, state.tags)) events.push({ type: 'LogGroupTagged', data: { tags } });
  }
  return events;
}

const STREAM_PREFIX = 'log-group-';

export function logGroupStream(logGroupId: string): string {
  return `${STREAM_PREFIX}${logGroupId}`;
}

export function logGroupIdOf(streamId: string): string {
  return streamId.slice(STREAM_PREFIX.length);
}
