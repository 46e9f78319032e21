import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { QueryLogsRequest, QueryLogsResponse } from '@windlass/contracts/logs/v1/log_service';
import type { Caller } from '../caller.js';
import { LogStore, type LineFilter } from '../lines/index.js';
import { LogGroupTable } from '../log-group/index.js';
import { LogStreamTable } from '../log-stream/index.js';
import { highlight } from '../search/index.js';
import { readSearch } from './log-search.js';
import { pageOf } from './page.js';

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
    const { from, to, labels, expression } = search;
    const filter: LineFilter = { streamId: stream.id, from, to, labels, expression };
    const page = pageOf(search);
    const rows = await this.lines.query({ ...filter, from: page.from, to: page.to }, { order: page.order, limit: search.limit });
    if (page.turned) rows.reverse();
    return {
      count: search.count ? await this.lines.count(filter) : undefined,
      logs: rows.map((row) => ({
        content: search.highlight && expression ? highlight(row.content, expression) : row.content,
        line_num: String(row.lineNumber),
        labels: row.labels,
      })),
      isQueryComplete: true,
    };
  }
}
