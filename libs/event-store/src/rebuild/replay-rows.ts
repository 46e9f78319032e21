import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import type { DomainEvent, StoredEvent } from '../event.js';
import { HeldRows } from './held-rows.js';
import type { RowProjection } from './row-writer.js';
import { writeRows } from './write-rows.js';

/** One kind of stream and the rows made of it. */
export interface ReplayedRows<E extends DomainEvent> {
  /** Beginning of the ids of its streams. */
  readonly streams: string;
  /** The tables it writes to, in the order in which they are filled. */
  readonly tables: readonly EntityTarget<ObjectLiteral>[];
  /** The same as projects events when they happen. */
  readonly project: RowProjection<E>;
  /** Condition in SQL on the rows: for those that the streams before it have ended. */
  readonly only?: string;
  /** What all streams add up to: called with all events of some streams, and then of others. */
  readonly sum?: (manager: EntityManager, events: readonly StoredEvent<E>[]) => Promise<void>;
}

/** A ReplayedRows whose types are its own affair. */
export interface Replay {
  readonly streams: string;
  readonly begin: (manager: EntityManager) => RunningReplay;
}

export interface RunningReplay {
  /** Some events of one stream, oldest first; those of a stream come before those of the next. */
  readonly project: (events: readonly StoredEvent[]) => Promise<void>;
  /** All streams have been projected. */
  readonly finish: () => Promise<void>;
}

/** Streams are written together when they were made of so many events. */
const WRITTEN_TOGETHER = 5_000;

export function replayRows<E extends DomainEvent>({ streams, tables, project, only, sum }: ReplayedRows<E>): Replay {
  const begin = (manager: EntityManager): RunningReplay => {
    const held = new HeldRows(manager.dataSource, tables);
    const ended = new Map<EntityMetadata, Readonly<Record<string, unknown>>[]>(tables.map((table) => [manager.dataSource.getMetadata(table), []]));
    let stream: string | undefined;
    let events: StoredEvent<E>[] = [];
    let count = 0;
    let writing: Promise<void> = Promise.resolve();
    /** Waits for the writing before, and not for this one: further streams are projected meanwhile. */
    const write = async (): Promise<void> => {
      await writing;
      const [batch, summed] = [[...ended].map(([metadata, rows]) => [metadata, rows.splice(0)] as const), events];
      [events, count] = [[], 0];
      writing = (async () => {
        for (const [metadata, rows] of batch) await writeRows(manager, metadata, rows, only);
        if (sum !== undefined && summed.length > 0) await sum(manager, summed);
      })();
      // Its failure is thrown where it is awaited.
      writing.catch(() => undefined);
    };
    const endStream = async (): Promise<void> => {
      for (const [metadata, rows] of held.take()) ended.get(metadata)!.push(...rows);
      if (count >= WRITTEN_TOGETHER) await write();
    };
    return {
      project: async (portion) => {
        const [first] = portion;
        if (first === undefined) return;
        if (stream !== first.streamId) {
          if (stream !== undefined) await endStream();
          stream = first.streamId;
        }
        // That a stream holds the events of its owner is the owner's word; a projection refuses what it does not know.
        const own = portion as readonly StoredEvent[] as readonly StoredEvent<E>[];
        await project(held, own);
        if (sum !== undefined) events.push(...own);
        count += own.length;
      },
      finish: async () => {
        await endStream();
        await write();
        await writing;
      },
    };
  };
  return { streams, begin };
}
