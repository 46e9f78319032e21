import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { TailLogsRequest, type TailLogsResponse } from '@windlass/contracts/logs/v1/log_tail_service';
import type { Caller } from '../caller.js';
import { firstLineNumber, LogStore, type LogLine } from '../lines/index.js';
import { LONGEST_SEARCH_MS, readLabels, readLineNumber, rowOf, SearchedStreams, type SearchedStream } from '../query-logs/index.js';
import { invalidField, refusal } from '../refusal.js';
import { parse, type Expression } from '../search/index.js';
import { StreamHeads } from './stream-heads.js';

const LINES_AT_ONCE = 1000;
const CHARACTERS_AT_ONCE = 1024 * 1024;
const MOST_LAST = 1000;
const LONGEST_WAIT_MS = 20_000;

/** The lines of a stream after a place in it: those that are there, or else the first that come within the time. */
export class AwaitLogs extends Query<TailLogsResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: TailLogsRequest,
    readonly waitMs: number,
    readonly signal: AbortSignal,
  ) {
    super();
  }
}

interface Tail {
  readonly stream: SearchedStream;
  readonly labels: Readonly<Record<string, string>>;
  readonly expression: Expression | undefined;
}

@QueryHandler(AwaitLogs)
export class AwaitLogsHandler implements IQueryHandler<AwaitLogs> {
  constructor(
    private readonly streams: SearchedStreams,
    private readonly lines: LogStore,
    private readonly heads: StreamHeads,
  ) {}

  async execute({ caller, request, waitMs, signal }: AwaitLogs): Promise<TailLogsResponse> {
    const began = Date.now();
    const stream = await this.streams.require(caller.projectId, request.log_group_id, request.log_stream_id, began);
    const tail: Tail = { stream, labels: readLabelList(request.label), expression: parse(request.keywords) };
    const start = await this.start(tail, request);
    if (start.lines.length > 0) return pageOf(start.lines, start.after);
    let { after } = start;
    const until = began + Math.min(waitMs, LONGEST_WAIT_MS);
    for (;;) {
      // The head first: what is found up to it is all there will ever be up to it.
      const head = await this.heads.of(stream.id);
      if (head > after) {
        const found = await this.read(tail, after + 1n, head, 'ascending', LINES_AT_ONCE);
        const last = found.lines.at(-1)?.lineNumber;
        const all = found.complete && found.lines.length < LINES_AT_ONCE;
        after = all ? head : (last ?? after);
        if (found.lines.length > 0) return pageOf(found.lines, after);
        if (!all) throw tooFarBack();
      }
      const left = until - Date.now();
      if (left <= 0 || signal.aborted) return pageOf([], after);
      await this.heads.grown({ projectId: caller.projectId, streamId: stream.id, after }, left, signal);
    }
  }

  /** Where to begin, and the lines that are already to be shown. */
  private async start(tail: Tail, request: TailLogsRequest): Promise<{ after: bigint; lines: readonly LogLine[] }> {
    if (request.line_num !== '') return { after: readLineNumber(request.line_num), lines: [] };
    if (request.start_time !== undefined) return { after: firstLineNumber(readTime(request.start_time)) - 1n, lines: [] };
    const last = request.last ?? 0;
    if (last > MOST_LAST) throw invalidField('last', `is a number from 0 to ${MOST_LAST}`);
    const head = await this.heads.of(tail.stream.id);
    const lines = last === 0 || head === 0n ? [] : (await this.read(tail, 0n, head, 'descending', last)).lines.toReversed();
    return { after: head, lines };
  }

  private read({ stream, labels, expression }: Tail, from: bigint, to: bigint, order: 'ascending' | 'descending', limit: number) {
    const filter = { streamId: stream.id, from: from > stream.oldest ? from : stream.oldest, to, labels, expression };
    return this.lines.query(filter, { order, limit, characters: CHARACTERS_AT_ONCE, deadline: Date.now() + LONGEST_SEARCH_MS });
  }
}

/** The search ended early without a line to go on from. */
function tooFarBack(): Error {
  return refusal('invalid', 'LTS.0009', 'TAIL_TOO_FAR_BACK', `Too many lines lie between the start and now to find those wanted within ${LONGEST_SEARCH_MS / 1000} seconds. Begin later, or search for the older ones.`);
}

function pageOf(lines: readonly LogLine[], after: bigint): TailLogsResponse {
  // A cursor has 19 digits also where there was no line yet.
  return { logs: lines.map(rowOf), line_num: String(after).padStart(19, '0') };
}

function readTime(milliseconds: number): number {
  if (!Number.isInteger(milliseconds) || milliseconds < 0 || milliseconds > 9_999_999_999_999) throw invalidField('start_time', 'is a time in milliseconds since the epoch');
  return milliseconds;
}

function readLabelList(labels: readonly string[]): Readonly<Record<string, string>> {
  const pairs = labels.map((label) => {
    const mark = label.indexOf('=');
    if (mark < 1) throw invalidField('label', 'has a name and a value, such as "function=hello"');
    return [label.slice(0, mark), label.slice(mark + 1)] as const;
  });
  return readLabels(Object.fromEntries(pairs));
}
