import type { BusMessage, EventBus } from '@windlass/event-bus';
import { BEGINNING, relayBatch, type DomainEvent, type Position, type StoredEvent } from '@windlass/event-store';
import type { Scheduler, SimulatedProcess } from './scheduler.js';

export interface SimulatedRelayOptions {
  readonly scheduler: Scheduler;
  readonly process: SimulatedProcess;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly translate: (event: StoredEvent<DomainEvent>) => BusMessage | undefined | readonly BusMessage[];
  readonly read: (after: Position, limit: number) => readonly StoredEvent[];
  /** Outlives the process. */
  readonly checkpoint: { at: Position };
}

const BATCH = 8;
const LOOK_MILLISECONDS = 200;
const RETRY_MILLISECONDS = 100;

export function newCheckpoint(): { at: Position } {
  return { at: BEGINNING };
}

/** The relay of a service for as long as its process lives: the batches of the real one, over simulated reads and writes. */
export async function runSimulatedRelay({ scheduler, process, bus, translate, read, checkpoint }: SimulatedRelayOptions): Promise<never> {
  for (;;) {
    try {
      let at = await scheduler.exchange(process, () => checkpoint.at);
      for (;;) {
        const reached = await relayBatch(at, {
          read: (after) => scheduler.exchange(process, () => read(after, 1 + scheduler.random.below(BATCH))),
          translate,
          publish: (messages) => bus.publish(messages),
          keepCheckpoint: (kept) => scheduler.exchange(process, () => void (checkpoint.at = kept)),
        });
        if (reached === undefined) await scheduler.sleep(scheduler.random.below(LOOK_MILLISECONDS), process);
        else at = reached;
      }
    } catch (error) {
      scheduler.tell(() => `the relay of ${process.name} begins again: ${String(error)}`);
      await scheduler.sleep(RETRY_MILLISECONDS, process);
    }
  }
}
