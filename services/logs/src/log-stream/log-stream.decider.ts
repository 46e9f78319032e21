import { unknownEvent, type Decider } from '@windlass/event-store';
import { requireAlias, requireName, requireRetentionDays } from '../naming.js';
import { streamNotFound } from './log-stream.errors.js';

export interface LogStreamDetails {
  readonly domainId: string;
  readonly projectId: string;
  readonly groupId: string;
  readonly name: string;
  readonly alias: string;
  /** Null takes the group's. */
  readonly ttlInDays: number | null;
}

export type LogStreamEvent =
  | { readonly type: 'LogStreamCreated'; readonly data: LogStreamDetails }
  | { readonly type: 'LogStreamDeleted'; readonly data: Record<string, never> };

export type LogStreamCommand = ({ readonly kind: 'create' } & LogStreamDetails) | { readonly kind: 'delete' };

export type LogStreamState = { readonly status: 'absent' } | { readonly status: 'active' } | { readonly status: 'deleted' };

export const logStream: Decider<LogStreamState, LogStreamCommand, LogStreamEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.kind) {
      case 'create': {
        const { kind: _kind, ...details } = command;
        requireName('log_stream_name', details.name);
        requireAlias('log_stream_name_alias', details.alias);
        if (details.ttlInDays !== null) requireRetentionDays(details.ttlInDays);
        return [{ type: 'LogStreamCreated', data: details }];
      }
      case 'delete':
        if (state.status !== 'active') throw streamNotFound();
        return [{ type: 'LogStreamDeleted', data: {} }];
      default:
        return command satisfies never;
    }
  },

  evolve(_state, event) {
    switch (event.type) {
      case 'LogStreamCreated':
        return { status: 'active' };
      case 'LogStreamDeleted':
        return { status: 'deleted' };
      default:
        return unknownEvent(event);
    }
  },
};

const STREAM_PREFIX = 'log-stream-';

export function logStreamStream(logStreamId: string): string {
  return `${STREAM_PREFIX}${logStreamId}`;
}

export function logStreamIdOf(streamId: string): string {
  return streamId.slice(STREAM_PREFIX.length);
}

export function isLogStreamStream(streamId: string): boolean {
  return streamId.startsWith(STREAM_PREFIX);
}
