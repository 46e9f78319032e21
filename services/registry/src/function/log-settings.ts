import type { LogConfig } from '@windlass/contracts/registry/v1/function';
import { refusal } from '../refusal.js';

/** What a request wants done with logs. `keep` leaves them as they are, which only an existing function can. */
export type LogWish =
  | { readonly kind: 'keep' }
  | { readonly kind: 'off'; readonly tags: Readonly<Record<string, string>> }
  | { readonly kind: 'on'; readonly groupId: string; readonly streamId: string; readonly tags: Readonly<Record<string, string>> };

export interface LogFields {
  readonly log_config: LogConfig | undefined;
  readonly enable_lts_log?: boolean | undefined;
  readonly lts_custom_tag: { readonly [key: string]: string };
}

const MOST_TAGS = 10;
const TAG = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Reads log settings. A request that says nothing about logs keeps them, which for a new function means on: on one's own
 * installation logs cost nothing, and a function without them cannot be understood.
 */
export function readLogWish(fields: LogFields): LogWish {
  const tags = readTags(fields.lts_custom_tag);
  const { group_id: groupId = '', stream_id: streamId = '' } = fields.log_config ?? {};
  if (fields.enable_lts_log === false) return { kind: 'off', tags };
  const named = groupId !== '' || streamId !== '';
  if (named && (groupId === '' || streamId === '')) {
    throw refusal('invalid', 'FSS.0400', 'LOG_CONFIG_INCOMPLETE', 'log_config needs both group_id and stream_id, or neither.');
  }
  if (!named && fields.enable_lts_log === undefined && Object.keys(tags).length === 0) return { kind: 'keep' };
  return { kind: 'on', groupId, streamId, tags };
}

function readTags(tags: { readonly [key: string]: string }): Readonly<Record<string, string>> {
  const entries = Object.entries(tags);
  const bad = (message: string): Error => refusal('invalid', 'FSS.0400', 'LOG_TAGS_INVALID', message);
  if (entries.length > MOST_TAGS) throw bad(`lts_custom_tag has ${entries.length} tags; ${MOST_TAGS} are allowed.`);
  for (const [key, value] of entries) {
    if (!TAG.test(key) || !TAG.test(value)) {
      throw bad(`The log tag ${JSON.stringify(key.slice(0, 80))} is not valid. Keys and values have 1 to 64 letters, digits, underscores and hyphens.`);
    }
  }
  return { ...tags };
}
