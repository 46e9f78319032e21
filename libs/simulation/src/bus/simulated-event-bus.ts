import { DEFAULT_RETRY, deliver, PARKED_PER_PARTITION, retryDelay, retryStoppedKey, type Delivered, type Partition, type PositionedMessage, type RetryPolicy } from '@windlass/event-bus/delivery';
import type { BusMessage, BusStatus, ConsumeOptions, Consumption, EventBus, RelayLag, StoppedKeyName } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import type { Scheduler, SimulatedProcess } from '../scheduler.js';
import type { SimulatedBroker } from './simulated-broker.js';

/** What goes wrong with the bus, by the seed. All are things that PostgreSQL and Kafka do. */
export interface BusFaults {
  /** Share of publications that are refused, and of those that happen with the answer lost. */
  readonly lostPublications: number;
  /** Share of batches whose progress is not kept after they were handled, so that they come again. */
  readonly lostProgress: number;
  /** Milliseconds after which another member may take a partition, though its member still handles what it was given. */
  readonly leaseMilliseconds: number;
  /** What is parked is kept before the progress and not with it, as with Kafka. */
  readonly parksFirst: boolean;
  /** Messages of different keys change places within a batch; those of one key never do. */
  readonly shufflesKeys: boolean;
}

export const NO_FAULTS: BusFaults = { lostPublications: 0, lostProgress: 0, leaseMilliseconds: Infinity, parksFirst: false, shufflesKeys: false };

export interface SimulatedEventBusOptions {
  readonly broker: SimulatedBroker;
  readonly scheduler: Scheduler;
  /** The process whose connection this is. */
  readonly process: SimulatedProcess;
  readonly faults?: BusFaults;
  readonly retry?: Partial<RetryPolicy>;
}

const LARGEST_BATCH = 16;
const LOOK_MILLISECONDS = 1_000;
const KEYS_A_TURN = 16;
const logger = createLogger('simulation', { level: 'silent' });

/**
 * The EventBus of a simulated world. It hands batches over and tries stopped keys again through the very code of the real
 * adapters; what they keep in PostgreSQL or with a broker is kept by a SimulatedBroker, and every exchange with it takes time,
 * may fail, and may be the last thing a process does.
 */
export class SimulatedEventBus implements EventBus {
  private readonly members = new Set<Member>();
  private closed = false;

  constructor(private readonly options: SimulatedEventBusOptions) {}

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (this.closed) throw new Error('The bus is closed.');
    for (const { topic, key, id } of messages) if (![topic, key, id].every((text) => typeof text === 'string')) throw new TypeError('The topic, key and id of a bus message must be text.');
    const { scheduler, broker, faults = NO_FAULTS } = this.options;
    const lost = scheduler.random.chance(faults.lostPublications) ? scheduler.random.pick(['refused', 'answer lost'] as const) : undefined;
    await this.step(() => {
      if (lost === 'refused') throw new Error('Connection terminated unexpectedly');
      if (messages.length > 0) broker.append(messages);
      if (lost === 'answer lost') throw new Error('Connection terminated unexpectedly');
    });
  }

  async consume(options: ConsumeOptions): Promise<Consumption> {
    await this.step(() => this.options.broker.enroll(options.group, options.topics));
    const member = new Member(this.options, options, (work) => this.step(work));
    this.members.add(member);
    return {
      stop: async () => {
        await member.stop();
        this.members.delete(member);
      },
    };
  }

  async identity(): Promise<string> {
    return 'postgres:simulated';
  }

  reportRelay(lag: RelayLag): Promise<void> {
    return this.step(() => this.options.broker.keepRelayLag(lag));
  }

  status(): Promise<BusStatus> {
    const { broker } = this.options;
    return this.step(() => ({ adapter: 'postgres' as const, relays: broker.relayLags(), groups: broker.lags(), stoppedKeys: broker.stoppedKeys() }));
  }

  retryStoppedKey(name: StoppedKeyName): Promise<boolean> {
    return this.step(() => this.options.broker.retryNow(name));
  }

  giveUpMessage(name: StoppedKeyName & { readonly messageId: string }): Promise<boolean> {
    return this.step(() => this.options.broker.giveUp(name));
  }

  forgetGroup(group: string): Promise<void> {
    return this.step(() => this.options.broker.forget(group));
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.members].map((member) => member.stop()));
  }

  /** An exchange with the broker over this connection, which fails when the connections are cut meanwhile. */
  private step<T>(work: () => T): Promise<T> {
    const { scheduler, process, broker } = this.options;
    const began = broker.connections;
    return scheduler.exchange(process, () => {
      if (broker.connections !== began) throw new Error('Connection terminated unexpectedly');
      return work();
    });
  }
}

/** A member of a group: it finds a partition with work that nobody serves, serves a batch of it and lets go. */
class Member {
  private stopping = false;
  private wake: () => void = () => undefined;
  private readonly forget: () => void;
  private readonly finished: Promise<void>;
  private readonly retry: RetryPolicy;
  private readonly faults: BusFaults;

  constructor(
    private readonly world: SimulatedEventBusOptions,
    private readonly options: ConsumeOptions,
    private readonly step: <T>(work: () => T) => Promise<T>,
  ) {
    this.retry = { ...DEFAULT_RETRY, ...world.retry };
    this.faults = world.faults ?? NO_FAULTS;
    this.forget = world.broker.onWork(() => this.wake());
    world.process.onCrash(this.forget);
    this.finished = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.finished;
    this.forget();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const served = await this.serveAny().catch(() => false);
      if (!served && !this.stopping) await this.idle();
    }
  }

  private idle(): Promise<void> {
    const { scheduler, process } = this.world;
    return new Promise((resolve) => {
      const drop = scheduler.after(LOOK_MILLISECONDS, process, resolve);
      this.wake = () => {
        drop();
        resolve();
      };
    });
  }

  private async serveAny(): Promise<boolean> {
    const { broker, process } = this.world;
    const { group, topics } = this.options;
    for (const partition of await this.step(() => broker.withWork(group, topics))) {
      if (this.stopping) return false;
      // An object of its own for each turn: a lease that was lost is not had again by taking it anew.
      const holder = {};
      if (!(await this.step(() => broker.lease(partition, holder, process, this.faults.leaseMilliseconds)))) continue;
      try {
        if (await this.serve(partition, holder)) return true;
      } finally {
        await this.step(() => broker.release(partition, holder));
      }
    }
    return false;
  }

  private async serve(partition: Partition, holder: object): Promise<boolean> {
    const { broker, scheduler, process } = this.world;
    const retried = await this.retryStoppedKeys(partition);
    const { from, batch } = await this.step(() => broker.read(partition));
    if (batch.length === 0) return retried;
    const ordered = this.faults.shufflesKeys ? shuffledKeys(batch, (limit) => scheduler.random.below(limit)) : batch;
    const delivered = await deliver(ordered, {
      onMessages: this.options.onMessages,
      ...(await this.step(() => broker.readStopped(partition, PARKED_PER_PARTITION))),
      retry: this.retry,
      pause: (milliseconds) => scheduler.sleep(milliseconds, process),
      interrupted: () => this.stopping,
    });
    await this.keep(partition, holder, from, inOrder(batch, ordered, delivered));
    return true;
  }

  private async keep(partition: Partition, holder: object, from: number, { done, parked, waits }: Delivered<PositionedMessage>): Promise<void> {
    const { broker, scheduler } = this.world;
    const { triesOnTheSpot } = this.retry;
    const park = (): void => broker.park(partition, parked, retryDelay(this.retry, triesOnTheSpot), triesOnTheSpot);
    if (parked.length > 0 && this.faults.parksFirst) await this.step(park);
    if (scheduler.random.chance(this.faults.lostProgress)) return;
    if (done > 0) {
      await this.step(() => {
        const kept = broker.saveProgress(partition, holder, from, from + done, LARGEST_BATCH);
        if (kept && !this.faults.parksFirst) park();
      });
    }
    if (waits !== undefined) await this.step(() => broker.saveFailure(partition, from + done, (failures) => retryDelay(this.retry, failures)));
  }

  private async retryStoppedKeys(partition: Partition): Promise<boolean> {
    const { broker } = this.world;
    const due = await this.step(() => broker.dueKeys(partition, KEYS_A_TURN));
    for (const key of due) {
      if (this.stopping) break;
      await retryStoppedKey(broker.waiting(this.step), key, { onMessages: this.options.onMessages, retry: this.retry, logger });
    }
    return due.length > 0;
  }
}

/** The batch with its keys dealt anew: which key's next message comes next is left to chance. */
function shuffledKeys(batch: readonly PositionedMessage[], below: (limit: number) => number): PositionedMessage[] {
  const queues = [...Map.groupBy(batch, ({ message }) => message.key).values()];
  const dealt: PositionedMessage[] = [];
  while (queues.length > 0) {
    const chosen = below(queues.length);
    dealt.push(queues[chosen]!.shift()!);
    if (queues[chosen]!.length === 0) queues.splice(chosen, 1);
  }
  return dealt;
}

/**
 * Progress is a place in the partition: of a batch that was handed over in another order and not to its end, that is where the
 * first message lies that is not done with. What lies behind it and was handled comes again.
 */
function inOrder(batch: readonly PositionedMessage[], handedOver: readonly PositionedMessage[], delivered: Delivered<PositionedMessage>): Delivered<PositionedMessage> {
  const done = new Set(handedOver.slice(0, delivered.done));
  const first = batch.findIndex((positioned) => !done.has(positioned));
  const upTo = first === -1 ? batch.length : first;
  const within = new Set(batch.slice(0, upTo));
  return { ...delivered, done: upTo, parked: delivered.parked.filter(({ positioned }) => within.has(positioned)) };
}
