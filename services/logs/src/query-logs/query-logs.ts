import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { LogRow, QueryLogsRequest, QueryLogsResponse } from '@windlass/contracts/logs/v1/log_service';
import type { Caller } from '../caller.js';
import { LogStore, type LineFilter, type LogLine } from '../lines/index.js';
import { highlight } from '../search/index.js';
import { analyseLogs } from './analyse-logs.js';
import { readSearch } from './log-search.js';
import { pageOf } from './page.js';
import { SearchedStreams } from './searched-streams.js';

/** After this a search ends with what it has, and says so. */
export const LONGEST_SEARCH_MS = 10_000;
/** Characters of the lines of an answer; more are on the next page. */
export const LONGEST_ANSWER = 8 * 1024 * 1024;

export class QueryLogs extends Query<QueryLogsResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: QueryLogsRequest,
  ) {
    super();
  }
}

@QueryHandler(QueryLogs)
export class QueryLogsHandler implements IQueryHandler<QueryLogs> {
  constructor(
    private readonly streams: SearchedStreams,
    private readonly lines: LogStore,
  ) {}

  async execute({ caller, request }: QueryLogs): Promise<QueryLogsResponse> {
    const now = Date.now();
    const stream = await this.streams.require(caller.projectId, request.log_group_id, request.log_stream_id, now);
    const search = readSearch(request);
    if (search.select !== undefined) return analyseLogs(this.lines, { ...search, from: max(search.from, stream.oldest) }, search.select, stream.id, now + LONGEST_SEARCH_MS);
    const { to, labels, expression } = search;
    const from = max(search.from, stream.oldest);
    const filter: LineFilter = { streamId: stream.id, from, to, labels, expression };
    const page = pageOf({ ...search, from });
    const deadline = now + LONGEST_SEARCH_MS;
    const found = await this.lines.query({ ...filter, from: page.from, to: page.to }, { order: page.order, limit: search.limit, characters: LONGEST_ANSWER, deadline });
    const counted = search.count ? await this.lines.histogram(filter, { step: max(to - from + 1n, 1n), deadline }) : undefined;
    const rows = page.turned ? found.lines.toReversed() : found.lines;
    return {
      count: counted && (counted.counts.get(0) ?? 0),
      logs: rows.map((line) => {
        const row = rowOf(line);
        return search.highlight && expression ? { ...row, content: highlight(row, expression) } : row;
      }),
      isQueryComplete: found.complete && (counted?.complete ?? true),
      analysisLogs: [],
    };
  }
}

export function rowOf({ lineNumber, content, labels }: LogLine): LogRow {
  return { content, line_num: String(lineNumber), labels };
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
