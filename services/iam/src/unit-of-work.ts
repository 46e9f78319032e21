import { WindlassError } from '@windlass/errors';
import { fold, isConcurrencyError, type Decider, type DomainEvent, type EventMetadata, type EventStore, type Project } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';

/** Commands to several streams, and rows beside them, that happen all or not at all. One stream alone needs `store.execute` only. */
export class UnitOfWork {
  private constructor(
    private readonly store: EventStore,
    private readonly tenant: string,
    private readonly metadata: EventMetadata,
    /** Of the transaction; for rows that no event holds. */
    readonly manager: EntityManager,
  ) {}

  /** Runs `work` in one transaction. Fails as `conflict` when somebody else wrote to one of its streams at the same time. */
  static async run(store: EventStore, tenant: string, metadata: EventMetadata, work: (unit: UnitOfWork) => Promise<void>): Promise<void> {
    try {
      await store.dataSource.transaction((manager) => work(new UnitOfWork(store, tenant, metadata, manager)));
    } catch (error) {
      throw isConcurrencyError(error) ? overtaken(error) : error;
    }
  }

  /** Loads the stream, decides, appends and updates the read models. */
  async execute<S, C, E extends DomainEvent>(streamId: string, decider: Decider<S, C, E>, command: C, project: Project<S, E>): Promise<void> {
    const history = await this.store.load<E>(streamId, this.manager);
    const before = fold<S, E>(decider, decider.initial, history);
    const decided = decider.decide(before, command);
    const { metadata } = this;
    // A stream stays its first tenant's, whoever's request adds to it.
    const tenant = history[0]?.tenant ?? this.tenant;
    const events = await this.store.append(this.manager, { streamId, tenant, expectedVersion: history.length, events: decided, metadata });
    await project(this.manager, events, fold<S, E>(decider, before, events));
  }
}

function overtaken(cause: unknown): WindlassError {
  return new WindlassError({
    kind: 'conflict',
    reason: 'CONCURRENT_CHANGE',
    code: 'IAM.0005',
    message: 'Another request changed the same resource at the same time. Send the request again.',
    cause,
  });
}
