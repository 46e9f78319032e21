import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { ListLogHistogramRequest, ListLogHistogramResponse, LogHistogramBucket } from '@windlass/contracts/logs/v1/log_search_service';
import type { Caller } from '../caller.js';
import { firstLineNumber, LogStore } from '../lines/index.js';
import { invalidField } from '../refusal.js';
import { parse } from '../search/index.js';
import { LONGEST_SEARCH_MS } from './query-logs.js';
import { isAbsent, readLabels, readNumber, readWindow, type Window } from './request-values.js';
import { SearchedStreams } from './searched-streams.js';

const SHORTEST_STEP_MS = 1000;
const LONGEST_STEP_MS = 180 * 24 * 60 * 60_000;
const MOST_BUCKETS = 5000;

/** Counts what a search finds in steps of time. */
export class ListLogHistogram extends Query<ListLogHistogramResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListLogHistogramRequest,
  ) {
    super();
  }
}

@QueryHandler(ListLogHistogram)
export class ListLogHistogramHandler implements IQueryHandler<ListLogHistogram> {
  constructor(
    private readonly streams: SearchedStreams,
    private readonly lines: LogStore,
  ) {}

  async execute({ caller, request }: ListLogHistogram): Promise<ListLogHistogramResponse> {
    const now = Date.now();
    const stream = await this.streams.require(caller.projectId, request.group_id, request.stream_id, now);
    const window = readWindow(request);
    const step = readStep(request.step_interval, window);
    const buckets = bucketsOf(window, step);
    const filter = { streamId: stream.id, labels: readLabels(request.labels), expression: parse(request.key_word) };
    const deadline = now + LONGEST_SEARCH_MS;
    let complete = true;
    for (const part of visibleParts(window, stream.oldest, step)) {
      const counted = await this.lines.histogram({ ...filter, from: part.from, to: part.to }, { step, deadline });
      complete &&= counted.complete;
      for (const [number, lines] of counted.counts) {
        const bucket = buckets[part.firstBucket + number];
        if (bucket !== undefined) bucket.num = lines;
      }
    }
    return { count: buckets.reduce((sum, { num }) => sum + num, 0), histogram: buckets, isQueryComplete: complete };
  }
}

/** The step in line numbers. Fails where it would make more buckets than anybody can look at. */
export function readStep(value: unknown, { from, to }: Window): bigint {
  if (isAbsent(value)) throw invalidField('step_interval', `says how many milliseconds each bucket has, ${SHORTEST_STEP_MS} at least`);
  const step = firstLineNumber(readNumber('step_interval', value, { absent: SHORTEST_STEP_MS, least: SHORTEST_STEP_MS, most: LONGEST_STEP_MS }));
  const buckets = (to - from) / step + 1n;
  if (buckets > MOST_BUCKETS) throw invalidField('step_interval', `makes ${buckets} buckets of this window, and at most ${MOST_BUCKETS} are counted: take longer steps or a shorter window`);
  return step;
}

/** Buckets of a window, without lines yet. */
export function bucketsOf({ from, to }: Window, step: bigint): LogHistogramBucket[] {
  const count = Number((to - from) / step) + 1;
  const end = to + 1n;
  return Array.from({ length: count }, (_, index) => {
    const start = from + BigInt(index) * step;
    return { num: 0, startTime: inMilliseconds(start), endTime: inMilliseconds(start + step < end ? start + step : end) };
  });
}

interface Part extends Window {
  readonly firstBucket: number;
}

/**
 * The window without the lines that have outlived their days, in parts whose steps are those of the whole window: a bucket that is
 * visible in part is a part of its own.
 */
export function visibleParts({ from, to }: Window, oldest: bigint, step: bigint): readonly Part[] {
  if (oldest <= from) return [{ from, to, firstBucket: 0 }];
  if (oldest > to) return [];
  const firstBucket = Number((oldest - from) / step);
  const next = from + BigInt(firstBucket + 1) * step;
  if (next > to) return [{ from: oldest, to, firstBucket }];
  return [
    { from: oldest, to: next - 1n, firstBucket },
    { from: next, to, firstBucket: firstBucket + 1 },
  ];
}

function inMilliseconds(lineNumber: bigint): number {
  return Number(lineNumber / 1_000_000n);
}
