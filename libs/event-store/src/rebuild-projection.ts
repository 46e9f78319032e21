import type { EntityManager } from 'typeorm';
import { fold, type Decider } from './decider.js';
import { BEGINNING, type Position } from './event-rows.js';
import type { EventStore, Project } from './event-store.js';
import type { DomainEvent, StoredEvent } from './event.js';

/** One kind of stream and the read models made of it: what `execute` is given, for all of its streams at once. */
export interface ReplayedAggregate<S, E extends DomainEvent> {
  readonly owns: (streamId: string) => boolean;
  readonly decider: Pick<Decider<S, never, E>, 'initial' | 'evolve'>;
  readonly project: Project<S, E>;
  /** States of streams held at once, 10,000 by default. One that is not held when its stream goes on is folded again. */
  readonly heldStates?: number;
}

/** One kind of stream whose read models are made of how each stream ended, whatever it went through. */
export interface ReplayedStates<S, E extends DomainEvent> {
  /** Beginning of the ids of its streams. */
  readonly streams: string;
  readonly decider: Pick<Decider<S, never, E>, 'initial' | 'evolve'>;
  /** Writes the rows of many streams at once, into tables that hold nothing of them yet. */
  readonly write: (manager: EntityManager, ended: readonly EndedStream<S, E>[]) => Promise<void>;
}

/** A stream folded to its end. */
export interface EndedStream<S, E extends DomainEvent> {
  readonly state: S;
  readonly last: StoredEvent<E>;
}

/** A ReplayedAggregate or ReplayedStates whose types are its own affair. */
export type Replay =
  | {
      readonly by: 'event';
      readonly owns: (streamId: string) => boolean;
      /** Starts from nothing; what it answers is to be called with every event of every owned stream, in order. */
      readonly begin: (store: EventStore) => (manager: EntityManager, events: readonly StoredEvent[]) => Promise<void>;
    }
  | { readonly by: 'stream'; readonly run: (store: EventStore, manager: EntityManager) => Promise<number> };

const HELD_STATES = 10_000;

export function replay<S, E extends DomainEvent>({ owns, decider, project, heldStates = HELD_STATES }: ReplayedAggregate<S, E>): Replay {
  const begin: Extract<Replay, { by: 'event' }>['begin'] = (store) => {
    const states = new Map<string, S>();
    const before = async (manager: EntityManager, { streamId, version }: StoredEvent): Promise<S> => {
      const held = states.get(streamId);
      if (held !== undefined || version === 1) return held ?? decider.initial;
      const history = await store.load<E>(streamId, manager);
      return fold<S, E>(decider, decider.initial, history.filter((event) => event.version < version));
    };
    return async (manager, events) => {
      const [first] = events;
      if (!first) return;
      // That a stream holds the events of its owner is the owner's word; `evolve` refuses what it does not know.
      const own = events as readonly StoredEvent[] as readonly StoredEvent<E>[];
      const state = fold<S, E>(decider, await before(manager, first), own);
      // The one that has not gone on for the longest time goes first.
      states.delete(first.streamId);
      states.set(first.streamId, state);
      for (const [oldest] of states) {
        if (states.size <= heldStates) break;
        states.delete(oldest);
      }
      await project(manager, own, state);
    };
  };
  return { by: 'event', owns, begin };
}

/** Streams are written so many at a time, or when they were made of so many events. */
const WRITTEN_TOGETHER = { streams: 2_000, events: 20_000 };
const PAGE = 2_000;

/**
 * Reads stream by stream and holds no more than one page, the state of one stream and the ended streams of one writing. Many
 * times as fast as `replay`, for read models that are rows of their streams and ask nothing of the order between streams.
 */
export function replayStates<S, E extends DomainEvent>({ streams, decider, write }: ReplayedStates<S, E>): Replay {
  const run = async (store: EventStore, manager: EntityManager): Promise<number> => {
    let projected = 0;
    let ended: EndedStream<S, E>[] = [];
    let current: EndedStream<S, E> | undefined;
    let events = 0;
    for await (const page of ahead(store.readStreams(streams, PAGE, manager))) {
      for (const event of page as readonly StoredEvent[] as readonly StoredEvent<E>[]) {
        if (current !== undefined && current.last.streamId !== event.streamId) {
          ended.push(current);
          current = undefined;
          if (ended.length >= WRITTEN_TOGETHER.streams || events >= WRITTEN_TOGETHER.events) {
            await write(manager, ended);
            [ended, events] = [[], 0];
          }
        }
        current = { state: decider.evolve(current?.state ?? decider.initial, event), last: event };
        events += 1;
      }
      projected += page.length;
    }
    if (current !== undefined) ended.push(current);
    if (ended.length > 0) await write(manager, ended);
    return projected;
  };
  return { by: 'stream', run };
}

/**
 * Rebuilds read models from zero: in one transaction, `reset` empties them and every event is projected again, in order
 * and in the portions in which it was appended. Commands wait until it is done; readers see the old models until then.
 * Events of streams that no replay owns are passed over. Answers how many events were projected.
 */
export async function rebuildProjection(options: {
  readonly store: EventStore;
  readonly reset: (manager: EntityManager) => Promise<void>;
  readonly replays: readonly Replay[];
}): Promise<number> {
  const { store, reset, replays } = options;
  return store.dataSource.transaction(async (manager) => {
    // Waits for commands that are appending and keeps further ones out, so nothing is missed and nothing projected twice.
    await manager.query(`LOCK TABLE ${store.schema}.events IN SHARE ROW EXCLUSIVE MODE`);
    await reset(manager);
    const byEvent = replays.flatMap((its) => (its.by === 'event' ? [{ owns: its.owns, apply: its.begin(store) }] : []));
    let projected = 0;
    if (byEvent.length > 0) {
      for await (const portion of portions(store, manager)) {
        const owner = byEvent.find((candidate) => candidate.owns(portion[0]!.streamId));
        if (!owner) continue;
        await owner.apply(manager, portion);
        projected += portion.length;
      }
    }
    for (const its of replays) if (its.by === 'stream') projected += await its.run(store, manager);
    return projected;
  });
}

/** Asks for the next page while the last one is worked on: database and program work at the same time. */
async function* ahead<T>(pages: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  let next = pages.next();
  for (let page = await next; page.done !== true; page = await next) {
    next = pages.next();
    // Its failure is thrown where it is awaited, and not while the page before it is worked on.
    next.catch(() => undefined);
    yield page.value;
  }
}

/** All events in order, cut where the stream or the transaction changes. */
async function* portions(store: EventStore, manager: EntityManager): AsyncGenerator<readonly StoredEvent[]> {
  let portion: StoredEvent[] = [];
  let after: Position = BEGINNING;
  for (let page = await store.readCommitted(after, PAGE, manager); page.length > 0; page = await store.readCommitted(after, PAGE, manager)) {
    for (const event of page) {
      const current = portion[0];
      if (current && (current.streamId !== event.streamId || current.transactionId !== event.transactionId)) {
        yield portion;
        portion = [];
      }
      portion.push(event);
      after = event;
    }
  }
  if (portion.length > 0) yield portion;
}
