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
}

/** A ReplayedAggregate whose types are its own affair. */
export interface Replay {
  readonly owns: (streamId: string) => boolean;
  /** Starts from nothing; what it answers is to be called with every event of every owned stream, in order. */
  readonly begin: () => (manager: EntityManager, events: readonly StoredEvent[]) => Promise<void>;
}

export function replay<S, E extends DomainEvent>({ owns, decider, project }: ReplayedAggregate<S, E>): Replay {
  const begin: Replay['begin'] = () => {
    const states = new Map<string, S>();
    return async (manager, events) => {
      const [first] = events;
      if (!first) return;
      // That a stream holds the events of its owner is the owner's word; `evolve` refuses what it does not know.
      const own = events as readonly StoredEvent[] as readonly StoredEvent<E>[];
      const state = fold<S, E>(decider, states.get(first.streamId) ?? decider.initial, own);
      states.set(first.streamId, state);
      await project(manager, own, state);
    };
  };
  return { owns, begin };
}

const PAGE = 500;

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
    const running = replays.map(({ owns, begin }) => ({ owns, apply: begin() }));
    let projected = 0;
    for await (const portion of portions(store, manager)) {
      const owner = running.find((candidate) => candidate.owns(portion[0]!.streamId));
      if (!owner) continue;
      await owner.apply(manager, portion);
      projected += portion.length;
    }
    return projected;
  });
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
