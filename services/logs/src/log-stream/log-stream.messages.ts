import type { LogStream } from '@windlass/contracts/logs/v1/log_service';
import type { LogStreamRow } from './log-stream-table.js';

/** What a stream says when its lines live as long as its group says. */
const RETENTION_OF_GROUP = -1;

/** Days of a stream as requests write them: null takes the group's, undefined says nothing. */
export function readRetention(days: number | undefined): number | null | undefined {
  return days === RETENTION_OF_GROUP ? null : days;
}

export function retentionOf({ ttlInDays }: Pick<LogStreamRow, 'ttlInDays'>): number {
  return ttlInDays ?? RETENTION_OF_GROUP;
}

export function streamMessage(row: LogStreamRow): LogStream {
  return {
    log_stream_id: row.id,
    log_stream_name: row.name,
    log_stream_name_alias: row.alias,
    creation_time: row.createdAt.getTime(),
    filter_count: 0,
    is_favorite: false,
    tag: row.tags,
    ttl_in_days: retentionOf(row),
    whether_log_storage: true,
    hot_cold_separation: false,
    auth_web_tracking: false,
  };
}
