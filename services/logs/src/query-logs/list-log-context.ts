import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { ListLogContextRequest, ListLogContextResponse } from '@windlass/contracts/logs/v1/log_search_service';
import type { Caller } from '../caller.js';
import { LAST_LINE_NUMBER, LogStore } from '../lines/index.js';
import { LONGEST_ANSWER, LONGEST_SEARCH_MS, rowOf } from './query-logs.js';
import { readLineNumber, readNumber } from './request-values.js';
import { SearchedStreams } from './searched-streams.js';

const SIZES = { absent: 100, least: 0, most: 500 };

/** The lines around one that was found, whatever they say. */
export class ListLogContext extends Query<ListLogContextResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListLogContextRequest,
  ) {
    super();
  }
}

@QueryHandler(ListLogContext)
export class ListLogContextHandler implements IQueryHandler<ListLogContext> {
  constructor(
    private readonly streams: SearchedStreams,
    private readonly lines: LogStore,
  ) {}

  async execute({ caller, request }: ListLogContext): Promise<ListLogContextResponse> {
    const now = Date.now();
    const { id, oldest } = await this.streams.require(caller.projectId, request.log_group_id, request.log_stream_id, now);
    const middle = readLineNumber(request.line_num);
    const sizes = { before: readNumber('backwards_size', request.backwards_size, SIZES), after: readNumber('forwards_size', request.forwards_size, SIZES) };
    const read = (from: bigint, to: bigint, order: 'ascending' | 'descending', limit: number) =>
      limit === 0 || from > to
        ? { lines: [], complete: true }
        : this.lines.query({ streamId: id, from, to, labels: {} }, { order, limit, characters: LONGEST_ANSWER / 2, deadline: now + LONGEST_SEARCH_MS });
    const before = await read(oldest, middle - 1n, 'descending', sizes.before);
    // One more for the line itself, which may have outlived its days.
    const rest = await read(middle > oldest ? middle : oldest, LAST_LINE_NUMBER, 'ascending', sizes.after + 1);
    const hasMiddle = rest.lines[0]?.lineNumber === middle;
    const after = rest.lines.slice(hasMiddle ? 1 : 0, hasMiddle ? undefined : sizes.after);
    const logs = [...before.lines.toReversed(), ...(hasMiddle ? rest.lines.slice(0, 1) : []), ...after];
    return {
      logs: logs.map(rowOf),
      total_count: logs.length,
      backwards_count: before.lines.length,
      forwards_count: after.length,
      isQueryComplete: before.complete && rest.complete,
    };
  }
}
