import { toBinary, type Message } from '@bufbuild/protobuf';
import { LogTailServiceService, TailLogsRequest, TailLogsResponse } from '@windlass/contracts/logs/v1/log_tail_service';
import { errorAnswer, type ErrorPlace } from '../error/index.js';
import type { GrpcStreamAdapter } from '../grpc/grpc-call.js';
import type { Operation } from '../operation/index.js';
import type { Adapter } from '../rest/operation-call.js';
import { streamWhileTaken } from './stream-while-taken.js';
import { callUnary, type OnBehalf, type Services } from '../upstream/index.js';

const WAIT_MS = 15_000;
const ANSWER_WITHIN_MS = 35_000;
/** Then the client asks anew, and is looked at anew: credentials, policies and accounts end. */
const LONGEST_TAIL_MS = 10 * 60_000;
const ASK_AGAIN_MS = 1_000;
/** Who takes nothing for so long is cut off: a connection nobody reads is held for nobody. */
const NOT_TAKEN_MS = 60_000;

type Caller = OnBehalf & { readonly signal: AbortSignal };

/**
 * Follows a log stream, by asking for the next lines again and again: nothing is asked for before the client has taken what it got, so a slow
 * one holds up only itself. Ends after ten minutes or with the caller.
 */
async function* follow(services: Services, operation: Operation, asked: TailLogsRequest, caller: Caller): AsyncGenerator<TailLogsResponse> {
  let tail = asked;
  const channel = services.channel(operation.owner);
  const ask = (wait_ms: number) => callUnary(channel, LogTailServiceService.awaitLogs, { tail, wait_ms }, { metadata: services.metadata(caller), deadlineMs: ANSWER_WITHIN_MS, signal: caller.signal });
  const until = performance.now() + LONGEST_TAIL_MS;
  // At once, so that a caller knows that it follows, or why not.
  for (let page = await ask(0); ; page = await ask(WAIT_MS)) {
    yield page;
    if (caller.signal.aborted || performance.now() > until) return;
    const { project_id, log_group_id, log_stream_id, keywords, label } = tail;
    tail = TailLogsRequest.fromPartial({ project_id, log_group_id, log_stream_id, keywords, label, line_num: page.line_num });
  }
}

/** Over REST: server-sent events. A browser's EventSource goes on by itself after "end", from the id it saw last. */
export function logTailAdapter(services: Services): Adapter {
  return async ({ operation, request, caller, headers }) => {
    const last = headers['last-event-id'];
    const asked = requestOf(operation, request);
    const pages = follow(services, operation, typeof last === 'string' && last !== '' ? { ...asked, line_num: last } : asked, caller);
    const first = await pages.next();
    const place: ErrorPlace = { family: operation.errors, prefix: operation.errorPrefix, requestId: caller.requestId };
    const texts = events(first.value as TailLogsResponse, pages, caller.signal, place);
    const body = streamWhileTaken(texts, NOT_TAKEN_MS);
    return { status: 200, headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }, body };
  };
}

async function* events(first: TailLogsResponse, pages: AsyncGenerator<TailLogsResponse>, signal: AbortSignal, place: ErrorPlace): AsyncGenerator<string> {
  // The first bytes go out at once. The comment also keeps alive what stands between.
  yield `retry: ${ASK_AGAIN_MS}\n${eventsOf(first)}`;
  try {
    for await (const page of pages) yield eventsOf(page);
    yield 'event: end\ndata: {}\n\n';
  } catch (failure) {
    if (!signal.aborted) yield `event: error\ndata: ${String(errorAnswer(failure, place).body)}\n\n`;
  }
}

function eventsOf({ logs }: TailLogsResponse): string {
  if (logs.length === 0) return ': waiting\n\n';
  return logs.map((row) => `id: ${row.line_num}\nevent: line\ndata: ${JSON.stringify(row)}\n\n`).join('');
}

/** The same over gRPC: each answer holds the lines that came together, none when it was quiet for a while. */
export function logTailOverGrpc(services: Services): GrpcStreamAdapter {
  return async function* ({ operation, request, caller }) {
    for await (const page of follow(services, operation, requestOf(operation, request), caller)) yield TailLogsResponse.encode(page).finish();
  };
}

function requestOf(operation: Operation, request: Message): TailLogsRequest {
  return TailLogsRequest.decode(toBinary(operation.input, request));
}
