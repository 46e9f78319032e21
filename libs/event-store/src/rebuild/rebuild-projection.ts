import type { EntityManager } from 'typeorm';
import type { EventStore } from '../event-store.js';
import type { StoredEvent } from '../event.js';
import type { Replay, RunningReplay } from './replay-rows.js';

const PAGE = 2_000;

/**
 * Makes read models anew: in one transaction, `reset` empties them and all events are projected again, stream by stream. Commands
 * wait until it is done; readers see the old models until then. Replays stand in the order of the bytes of their streams' ids,
 * which is the order in which they are run. Events of streams that no replay owns are passed over. Answers how many events were
 * projected. Events are read over one connection and rows written over another: database and program work at the same time. Held are
 * two pages of events, the rows of one stream, and those of two writings.
 */
export async function rebuildProjection(options: {
  readonly store: EventStore;
  readonly reset: (manager: EntityManager) => Promise<void>;
  readonly replays: readonly Replay[];
}): Promise<number> {
  const { store, reset, replays } = options;
  requireOrder(replays);
  return store.dataSource.transaction(async (manager) => {
    // Waits for commands that are appending and keeps further ones out, so nothing is missed and nothing projected twice.
    await manager.query(`LOCK TABLE ${store.schema}.events IN SHARE ROW EXCLUSIVE MODE`);
    await reset(manager);
    let projected = 0;
    let current: { readonly streams: string; readonly running: RunningReplay } | undefined;
    for await (const page of ahead(store.readStreams(PAGE))) {
      for (const portion of byStream(page)) {
        const { streamId } = portion[0]!;
        if (current === undefined || !streamId.startsWith(current.streams)) {
          const owner = replays.find(({ streams }) => streamId.startsWith(streams));
          if (owner === undefined) continue;
          await current?.running.finish();
          current = { streams: owner.streams, running: owner.begin(manager) };
        }
        await current.running.project(portion);
        projected += portion.length;
      }
    }
    await current?.running.finish();
    return projected;
  });
}

function requireOrder(replays: readonly Replay[]): void {
  for (const [index, { streams }] of replays.entries()) {
    const before = replays[index - 1]?.streams;
    if (before === undefined) continue;
    if (streams.startsWith(before)) throw new Error(`A stream that begins with ${streams} would be of two kinds: it begins with ${before} too.`);
    if (Buffer.compare(Buffer.from(before), Buffer.from(streams)) > 0) throw new Error(`Streams that begin with ${streams} come before those that begin with ${before}: name them first.`);
  }
}

/** Asks for the next page while the last one is worked on. */
async function* ahead<T>(pages: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  let next = pages.next();
  for (let page = await next; page.done !== true; page = await next) {
    next = pages.next();
    // Its failure is thrown where it is awaited, and not while the page before it is worked on.
    next.catch(() => undefined);
    yield page.value;
  }
}

/** The page cut where the stream changes. */
function* byStream(page: readonly StoredEvent[]): Generator<readonly StoredEvent[], void, void> {
  let from = 0;
  for (let to = 1; to <= page.length; to++) {
    if (page[to]?.streamId === page[from]!.streamId) continue;
    yield page.slice(from, to);
    from = to;
  }
}
