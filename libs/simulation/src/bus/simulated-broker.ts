import { PARTITIONS, partitionOf, type DueKey, type Offset, type Parked, type Partition, type PositionedMessage, type WaitingMessages } from '@windlass/event-bus/delivery';
import type { BusMessage, GroupLag, RelayLag, ReportedRelayLag, StoppedKey, StoppedKeyName } from '@windlass/event-bus';
import { SimulatedProcess, type Scheduler } from '../scheduler.js';

export interface Progress {
  position: number;
  batchLimit: number;
  failures: number;
  retryAt: number;
  lease: { readonly holder: object; readonly of: SimulatedProcess; readonly until: number } | undefined;
}

interface Letter {
  readonly position: number;
  readonly message: BusMessage;
  givenUp: boolean;
}

interface StoppedState {
  failures: number;
  error: string;
  retryAt: number;
  readonly stoppedAt: number;
}

interface PartitionOfGroup {
  readonly partition: Partition;
  readonly progress: Progress;
  readonly stopped: Map<string, StoppedState>;
  readonly letters: Letter[];
}

/**
 * What survives every crash: the topics, how far each group is, and what waits behind stopped keys. All of it is a step of its
 * own; who calls decides when, and whether the answer arrives.
 */
export class SimulatedBroker {
  private readonly topics = new Map<string, BusMessage[][]>();
  private readonly groups = new Map<string, Map<string, PartitionOfGroup>>();
  private readonly relays = new Map<string, ReportedRelayLag>();
  private readonly wakers = new Set<() => void>();
  /** Counts the cuts of all connections: an exchange that began before one fails. */
  connections = 0;
  /** It never crashes. */
  private readonly process = new SimulatedProcess('broker');

  constructor(private readonly scheduler: Scheduler) {}

  append(messages: readonly BusMessage[]): void {
    for (const message of messages) this.log(message.topic)[partitionOf(message.key)]!.push({ ...message });
    this.wakeAll();
  }

  enroll(group: string, topics: readonly string[]): void {
    const known = this.groups.get(group) ?? new Map<string, PartitionOfGroup>();
    this.groups.set(group, known);
    for (const topic of topics) {
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const name = `${topic}/${partition}`;
        if (known.has(name)) continue;
        const progress = { position: 0, batchLimit: 1, failures: 0, retryAt: 0, lease: undefined };
        known.set(name, { partition: { group, topic, partition }, progress, stopped: new Map(), letters: [] });
      }
    }
  }

  /** Partitions of the group that have something to hand over, in the order of the seed. */
  withWork(group: string, topics: readonly string[]): Partition[] {
    const all = [...(this.groups.get(group)?.values() ?? [])].filter((its) => topics.includes(its.partition.topic) && this.hasWork(its));
    const shuffled: Partition[] = [];
    while (all.length > 0) shuffled.push(all.splice(this.scheduler.random.below(all.length), 1)[0]!.partition);
    return shuffled;
  }

  lease(partition: Partition, holder: object, of: SimulatedProcess, milliseconds: number): boolean {
    const { progress } = this.state(partition);
    if (progress.lease !== undefined && progress.lease.of.alive && progress.lease.until > this.scheduler.now) return false;
    progress.lease = { holder, of, until: this.scheduler.now + milliseconds };
    return true;
  }

  release(partition: Partition, holder: object): void {
    const { progress } = this.state(partition);
    if (progress.lease?.holder === holder) progress.lease = undefined;
    this.wakeAll();
  }

  /** Where the group stands, and what comes next of the partition. */
  read(partition: Partition): { from: number; batch: PositionedMessage[] } {
    const { progress } = this.state(partition);
    if (progress.retryAt > this.scheduler.now) return { from: progress.position, batch: [] };
    const messages = this.log(partition.topic)[partition.partition]!.slice(progress.position, progress.position + progress.batchLimit);
    const batch = messages.map((message, index) => ({ transactionId: '0', position: String(progress.position + index), message: { ...message } }));
    return { from: progress.position, batch };
  }

  readStopped(partition: Partition, mostParked: number): { stopped: ReadonlySet<string>; room: number } {
    const { stopped, letters } = this.state(partition);
    return { stopped: new Set(stopped.keys()), room: Math.max(0, mostParked - letters.filter(({ givenUp }) => !givenUp).length) };
  }

  /** Moves on, unless somebody else has moved the group or taken the partition meanwhile; answers whether it did. */
  saveProgress(partition: Partition, holder: object, from: number, to: number, largestBatch: number): boolean {
    const { progress } = this.state(partition);
    if (progress.position !== from || progress.lease?.holder !== holder) return false;
    Object.assign(progress, { position: to, failures: 0, batchLimit: Math.min(progress.batchLimit * 2, largestBatch) });
    this.wakeAll();
    return true;
  }

  saveFailure(partition: Partition, at: number, milliseconds: (failures: number) => number): void {
    const { progress } = this.state(partition);
    if (progress.position !== at) return;
    progress.failures += 1;
    progress.batchLimit = 1;
    progress.retryAt = this.retryAt(milliseconds(progress.failures));
  }

  park(partition: Partition, parked: readonly Parked<PositionedMessage>[], retryMilliseconds: number, failures: number): void {
    const { stopped, letters } = this.state(partition);
    for (const { positioned, error } of parked) {
      const position = Number(positioned.position);
      if (letters.some((letter) => letter.position === position)) continue;
      letters.push({ position, message: positioned.message, givenUp: false });
      letters.sort((one, other) => one.position - other.position);
      const { key } = positioned.message;
      if (error !== undefined && !stopped.has(key)) {
        stopped.set(key, { failures, error: String(error), retryAt: this.retryAt(retryMilliseconds), stoppedAt: this.scheduler.now });
      }
    }
  }

  dueKeys(partition: Partition, limit: number): DueKey[] {
    const due = [...this.state(partition).stopped].filter(([, { retryAt }]) => retryAt <= this.scheduler.now);
    return due.slice(0, limit).map(([key, { failures }]) => ({ ...partition, key, failures }));
  }

  /** The same that the bus's tables do, each as one step of the caller's. */
  waiting(step: <T>(work: () => T) => Promise<T>): WaitingMessages {
    return {
      readWaiting: (name, limit) => step(() => this.waitingBehind(name).slice(0, limit).map(({ position, message }) => ({ transactionId: '0', position: String(position), message: { ...message } }))),
      keepStopped: (name, { failures, error, retryMilliseconds }) =>
        step(() => {
          const stopped = this.stoppedKey(name);
          if (stopped !== undefined) Object.assign(stopped, { failures, error: String(error), retryAt: this.retryAt(retryMilliseconds) });
        }),
      settle: (due, handled) => step(() => this.settle(due, handled)),
    };
  }

  retryNow(name: StoppedKeyName): boolean {
    const stopped = this.stoppedKey(name);
    if (stopped === undefined) return false;
    stopped.retryAt = this.scheduler.now;
    this.wakeAll();
    return true;
  }

  giveUp({ messageId, ...name }: StoppedKeyName & { readonly messageId: string }): boolean {
    const [first] = this.waitingBehind(name);
    const stopped = this.stoppedKey(name);
    if (first?.message.id !== messageId || stopped === undefined) return false;
    first.givenUp = true;
    Object.assign(stopped, { failures: 0, retryAt: this.scheduler.now });
    this.wakeAll();
    return true;
  }

  forget(group: string): void {
    this.groups.delete(group);
  }

  keepRelayLag(lag: RelayLag): void {
    this.relays.set(lag.service, { ...lag, reportedAt: new Date(this.scheduler.now) });
  }

  relayLags(): ReportedRelayLag[] {
    return [...this.relays.values()].sort((one, other) => (one.service < other.service ? -1 : 1));
  }

  lags(): GroupLag[] {
    const lags = new Map<string, GroupLag>();
    for (const { partition, progress } of this.everything()) {
      const { group, topic } = partition;
      const behind = this.log(topic)[partition.partition]!.length - progress.position;
      lags.set(`${group}/${topic}`, { group, topic, behind: (lags.get(`${group}/${topic}`)?.behind ?? 0) + behind });
    }
    return [...lags.values()].sort((one, other) => (`${one.group}/${one.topic}` < `${other.group}/${other.topic}` ? -1 : 1));
  }

  stoppedKeys(): StoppedKey[] {
    return this.everything().flatMap(({ partition: { group, topic }, stopped }) =>
      [...stopped].flatMap(([key, { failures, error, retryAt, stoppedAt }]) => {
        const waiting = this.waitingBehind({ group, topic, key });
        const [first] = waiting;
        if (first === undefined) return [];
        return [{ group, topic, key, messageId: first.message.id, error, failures, stoppedAt: new Date(stoppedAt), nextTryAt: new Date(retryAt), waiting: waiting.length }];
      }),
    );
  }

  /** Every connection ends: what is on its way fails, and partitions are free. */
  cutConnections(): void {
    this.connections += 1;
    for (const { progress } of this.everything()) progress.lease = undefined;
    this.wakeAll();
  }

  onWork(wake: () => void): () => void {
    this.wakers.add(wake);
    return () => this.wakers.delete(wake);
  }

  /** The time after so long, at which members look whether there is something to try again. */
  private retryAt(milliseconds: number): number {
    this.scheduler.after(milliseconds, this.process, () => this.wakeAll());
    return this.scheduler.now + milliseconds;
  }

  private wakeAll(): void {
    for (const wake of this.wakers) wake();
  }

  private hasWork({ partition, progress, stopped }: PartitionOfGroup): boolean {
    const { now } = this.scheduler;
    if (progress.retryAt > now) return false;
    return this.log(partition.topic)[partition.partition]!.length > progress.position || [...stopped.values()].some(({ retryAt }) => retryAt <= now);
  }

  private settle({ key, ...partition }: DueKey, handled: readonly Offset[]): boolean {
    const { stopped, letters } = this.state(partition);
    for (const { position } of handled) {
      const index = letters.findIndex((letter) => letter.position === Number(position));
      if (index >= 0) letters.splice(index, 1);
    }
    if (letters.some((letter) => letter.message.key === key && !letter.givenUp)) {
      Object.assign(stopped.get(key) ?? {}, { failures: 0, retryAt: this.scheduler.now });
      return false;
    }
    return stopped.delete(key);
  }

  private waitingBehind({ group, topic, key }: StoppedKeyName): Letter[] {
    const { letters } = this.state({ group, topic, partition: partitionOf(key) });
    return letters.filter(({ message, givenUp }) => message.key === key && !givenUp);
  }

  private stoppedKey({ group, topic, key }: StoppedKeyName): StoppedState | undefined {
    return this.groups.get(group)?.get(`${topic}/${partitionOf(key)}`)?.stopped.get(key);
  }

  private state({ group, topic, partition }: Partition): PartitionOfGroup {
    const found = this.groups.get(group)?.get(`${topic}/${partition}`);
    if (found === undefined) throw new Error(`the group ${group} does not consume ${topic}`);
    return found;
  }

  private everything(): PartitionOfGroup[] {
    return [...this.groups.values()].flatMap((partitions) => [...partitions.values()]);
  }

  private log(topic: string): BusMessage[][] {
    const found = this.topics.get(topic) ?? Array.from({ length: PARTITIONS }, (): BusMessage[] => []);
    this.topics.set(topic, found);
    return found;
  }
}
