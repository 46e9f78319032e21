import { unknownEvent, type Decider } from '@windlass/event-store';
import { requireAlias, requireName, requireRetentionDays } from '../naming.js';
import { groupNotFound } from './log-group.errors.js';

export interface LogGroupDetails {
  readonly domainId: string;
  readonly projectId: string;
  readonly name: string;
  readonly alias: string;
  readonly ttlInDays: number;
}

export type LogGroupEvent =
  | { readonly type: 'LogGroupCreated'; readonly data: LogGroupDetails }
  | { readonly type: 'LogGroupRetentionChanged'; readonly data: { readonly ttlInDays: number } }
  /** The group's streams end with it. */
  | { readonly type: 'LogGroupDeleted'; readonly data: Record<string, never> };

export type LogGroupCommand =
  | ({ readonly kind: 'create' } & LogGroupDetails)
  | { readonly kind: 'change retention'; readonly ttlInDays: number }
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
        return [{ type: 'LogGroupCreated', data: details }];
      }
      case 'change retention':
        if (state.status !== 'active') throw groupNotFound();
        requireRetentionDays(command.ttlInDays);
        return command.ttlInDays === state.ttlInDays ? [] : [{ type: 'LogGroupRetentionChanged', data: { ttlInDays: command.ttlInDays } }];
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
      case 'LogGroupDeleted':
        return { status: 'deleted' };
      default:
        return unknownEvent(event);
    }
  },
};

const STREAM_PREFIX = 'log-group-';

export function logGroupStream(logGroupId: string): string {
  return `${STREAM_PREFIX}${logGroupId}`;
}

export function logGroupIdOf(streamId: string): string {
  return streamId.slice(STREAM_PREFIX.length);
}

export function isLogGroupStream(streamId: string): boolean {
  return streamId.startsWith(STREAM_PREFIX);
}
