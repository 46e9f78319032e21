import { fold, type Decider, type DomainEvent, type Position, type StoredEvent } from '@windlass/event-store';
import type { Scheduler, SimulatedProcess } from './scheduler.js';

interface Transaction {
  readonly id: bigint;
  readonly events: readonly StoredEvent[];
}

const METADATA = { actor: 'simulation', requestId: 'simulation' };
const ATTEMPTS = 5;

export interface SimulatedCommand<S, C, E extends DomainEvent> {
  readonly streamId: string;
  readonly tenant: string;
  readonly decider: Decider<S, C, E>;
  readonly command: C;
}

/**
 * The event log of a service as PostgreSQL keeps it: positions are handed out before commit, transactions commit in any order
 * or not at all, and of two writers of one version of a stream one has to decide again.
 */
export class SimulatedEventLog {
  /** In the order of their commits, which is not that of their positions. */
  private readonly committed: StoredEvent[] = [];
  private readonly running = new Set<Transaction>();
  private nextTransaction = 1n;
  private nextPosition = 1n;

  constructor(private readonly scheduler: Scheduler) {}

  /** What `EventStore.execute` does. Rejects with what the decider refuses. */
  async execute<S, C, E extends DomainEvent>(of: SimulatedProcess, input: SimulatedCommand<S, C, E>): Promise<readonly StoredEvent<E>[]> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const transaction = await this.scheduler.exchange(of, () => this.decideAndInsert(of, input));
      if (transaction === 'overtaken') continue;
      if (transaction.events.length > 0) await this.scheduler.exchange(of, () => this.commit(transaction));
      return transaction.events as readonly StoredEvent[] as readonly StoredEvent<E>[];
    }
    return [];
  }

  /** How many events are committed. */
  get size(): number {
    return this.committed.length;
  }

  /** Whether a transaction is on its way. */
  get isWriting(): boolean {
    return this.running.size > 0;
  }

  /** All that is committed of a stream, oldest first. */
  history<E extends DomainEvent>(streamId: string): readonly StoredEvent<E>[] {
    return this.everything(({ streamId: its }) => its === streamId) as readonly StoredEvent[] as readonly StoredEvent<E>[];
  }

  /** All that is committed, in the order of positions. */
  everything(wanted: (event: StoredEvent) => boolean = () => true): readonly StoredEvent[] {
    return this.committed.filter(wanted).sort(byPosition);
  }

  /** What `EventStore.readAll` answers: nothing that an event of a running transaction could yet precede. */
  readSettled(after: Position, limit: number): readonly StoredEvent[] {
    const oldestRunning = [...this.running].reduce((oldest, { id }) => (id < oldest ? id : oldest), this.nextTransaction);
    return this.readCommitted(after, limit).filter(({ transactionId }) => transactionId < oldestRunning);
  }

  /** What is committed, without that caution. */
  readCommitted(after: Position, limit: number): readonly StoredEvent[] {
    return this.everything((event) => byPosition(event, after) > 0).slice(0, limit);
  }

  private decideAndInsert<S, C, E extends DomainEvent>(of: SimulatedProcess, { streamId, tenant, decider, command }: SimulatedCommand<S, C, E>): Transaction | 'overtaken' {
    const history = this.history<E>(streamId);
    const decided = decider.decide(fold<S, E>(decider, decider.initial, history), command);
    if (decided.length > 0 && [...this.running].some(({ events }) => events[0]?.streamId === streamId)) return 'overtaken';
    const id = this.nextTransaction++;
    const events = decided.map((event, index): StoredEvent => {
      const version = history.length + index + 1;
      const envelope = { id: `${streamId}@${version}`, streamId, version, globalPosition: this.nextPosition++, transactionId: id, tenant, metadata: METADATA, recordedAt: new Date(this.scheduler.now) };
      return { ...envelope, ...(JSON.parse(JSON.stringify(event)) as DomainEvent) };
    });
    const transaction = { id, events };
    if (events.length > 0) {
      this.running.add(transaction);
      // The server rolls back what the process did not live to commit.
      of.onCrash(() => this.running.delete(transaction));
    }
    return transaction;
  }

  private commit(transaction: Transaction): void {
    if (!this.running.delete(transaction)) throw new Error('the transaction is gone');
    this.committed.push(...transaction.events);
    this.scheduler.tell(() => `committed ${transaction.events.map(({ id, type }) => `${type} ${id}`).join(', ')}`);
  }
}

function byPosition(one: Position, other: Position): number {
  return Number(one.transactionId - other.transactionId || one.globalPosition - other.globalPosition);
}
