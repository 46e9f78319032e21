import { unknownEvent, type Decider } from '@windlass/event-store';
import { changedTags, isSameTags, requireTags, type TagChange, type Tags } from '../tags.js';
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
  readonly tags: Tags;
}

/** What can be changed of a stream that is there. */
interface StreamSettings {
  readonly ttlInDays: number | null;
  readonly tags: Tags;
  readonly masksSecrets: boolean;
}

export type LogStreamEvent =
  | { readonly type: 'LogStreamCreated'; readonly data: LogStreamDetails }
  | { readonly type: 'LogStreamRetentionChanged'; readonly data: Pick<StreamSettings, 'ttlInDays'> }
  | { readonly type: 'LogStreamTagged'; readonly data: Pick<StreamSettings, 'tags'> }
  | { readonly type: 'LogStreamMaskingChanged'; readonly data: Pick<StreamSettings, 'masksSecrets'> }
  | { readonly type: 'LogStreamDeleted'; readonly data: Record<string, never> };

export type LogStreamCommand =
  | ({ readonly kind: 'create' } & LogStreamDetails)
  /** What is not named stays. Tags are all it has from now on. */
  | ({ readonly kind: 'change' } & Partial<StreamSettings>)
  | ({ readonly kind: 'tag' } & TagChange)
  | { readonly kind: 'delete' };

export type LogStreamState = { readonly status: 'absent' } | ({ readonly status: 'active' } & StreamSettings) | { readonly status: 'deleted' };

export const logStream: Decider<LogStreamState, LogStreamCommand, LogStreamEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.kind) {
      case 'create': {
        const { kind: _kind, ...details } = command;
        requireName('log_stream_name', details.name);
        requireAlias('log_stream_name_alias', details.alias);
        if (details.ttlInDays !== null) requireRetentionDays(details.ttlInDays);
        requireTags(details.tags);
        return [{ type: 'LogStreamCreated', data: details }];
      }
      case 'change':
        if (state.status !== 'active') throw streamNotFound();
        return changes(state, command);
      case 'tag':
        if (state.status !== 'active') throw streamNotFound();
        return changes(state, { tags: changedTags(state.tags, command) });
      case 'delete':
        if (state.status !== 'active') throw streamNotFound();
        return [{ type: 'LogStreamDeleted', data: {} }];
      default:
        return command satisfies never;
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'LogStreamCreated':
        return { status: 'active', ttlInDays: event.data.ttlInDays, tags: event.data.tags, masksSecrets: false };
      case 'LogStreamRetentionChanged':
      case 'LogStreamTagged':
      case 'LogStreamMaskingChanged':
        return state.status === 'active' ? { ...state, ...event.data } : state;
      case 'LogStreamDeleted':
        return { status: 'deleted' };
      default:
        return unknownEvent(event);
    }
  },
};

function changes(state: StreamSettings, { ttlInDays, tags, masksSecrets }: Partial<StreamSettings>): LogStreamEvent[] {
  const events: LogStreamEvent[] = [];
  if (ttlInDays !== undefined) {
    if (ttlInDays !== null) requireRetentionDays(ttlInDays);
    if (ttlInDays !== state.ttlInDays) events.push({ type: 'LogStreamRetentionChanged', data: { ttlInDays } });
  }
  if (tags !== undefined) {
    requireTags(tags);
    if (!isSameTags(tags, state.tags)) events.push({ type: 'LogStreamTagged', data: { tags } });
  }
  if (masksSecrets !== undefined && masksSecrets !== state.masksSecrets) events.push({ type: 'LogStreamMaskingChanged', data: { masksSecrets } });
  return events;
}

const STREAM_PREFIX = 'log-stream-';

export function logStreamStream(logStreamId: string): string {
  return `${STREAM_PREFIX}${logStreamId}`;
}

export function logStreamIdOf(streamId: string): string {
  return streamId.slice(STREAM_PREFIX.length);
}
