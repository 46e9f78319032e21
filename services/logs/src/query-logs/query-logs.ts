import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { QueryLogsRequest, QueryLogsResponse } from '@windlass/contracts/logs/v1/log_service';
import type { Caller } from '../caller.js';
import { LogStore, oldestKept, type LineFilter } from '../lines/index.js';
import { LogGroupTable } from '../log-group/index.js';
import { LogStreamTable } from '../log-stream/index.js';
import { highlight } from '../search/index.js';
import { readSearch } from './log-search.js';
import { pageOf } from './page.js';

const LONGEST_SEARCH_MS = 10_000;
/** Characters of the lines of an answer; more are on the next page. */
const LONGEST_ANSWER = 8 * 1024 * 1024;

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
    private readonly groups: LogGroupTable,
    private readonly streams: LogStreamTable,
    private readonly lines: LogStore,
  ) {}

  async execute({ caller, request }: QueryLogs): Promise<QueryLogsResponse> {
    const group = await this.groups.require(caller.projectId, request.log_group_id);
    const stream = await this.streams.require(group.id, request.log_stream_id);
    const search = readSearch(request);
    const { to, labels, expression } = search;
    const from = max(search.from, oldestKept(stream.ttlInDays ?? group.ttlInDays, Date.now()));
    const filter: LineFilter = { streamId: stream.id, from, to, labels, expression };
    const page = pageOf({ ...search, from });
    const deadline = Date.now() + LONGEST_SEARCH_MS;
    const found = await this.lines.query({ ...filter, from: page.from, to: page.to }, { order: page.order, limit: search.limit, characters: LONGEST_ANSWER, deadline });
    const counted = search.count ? await this.lines.histogram(filter, { step: max(to - from + 1n, 1n), deadline }) : undefined;
    const rows = page.turned ? found.lines.toReversed() : found.lines;
    return {
      count: counted && (counted.counts.get(0) ?? 0),
      logs: rows.map((row) => ({
        content: search.highlight && expression ? highlight(row.content, expression) : row.content,
        line_num: String(row.lineNumber),
        labels: row.labels,
      })),
      isQueryComplete: found.complete && (counted?.complete ?? true),
    };
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
