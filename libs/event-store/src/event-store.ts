import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { WindlassError } from '@windlass/errors';
import { canonicalJson, chainHash, GENESIS } from '@windlass/hash-chain';
import { announceAtCommit, Announcer } from './announcement.js';
import { ConcurrencyError, isConcurrencyError } from './concurrency-error.js';
import { fold, type Decider } from './decider.js';
import { fetchByStream, insertEvents, selectAfter, selectHead, selectStream, type EventRow, type NewEventRow, type Position, type ReadEventRow } from './event-rows.js';
import { requireSchemaName } from './event-tables.js';
import type { DomainEvent, EventMetadata, StoredEvent } from './event.js';
import { selectChangedTenants, selectOfTenant, selectRecordedAt, selectStreamsOfTenant, type TenantQuery } from './tenant-rows.js';
import { currentSchemaVersion, upcast, type EventTypes } from './event-types.js';

export interface EventStoreOptions {
  /** The service's own PostgreSQL schema, in which createEventTables made the tables. */
  readonly schema: string;
  /** What the service stores and how older versions of it are read; without, any type in its first version. */
  readonly eventTypes?: EventTypes | undefined;
  readonly clock?: () => Date;
  /** Milliseconds to wait before the given repetition (1, 2, …) of a command that lost a race; short and random by default. */
  readonly retryDelay?: (repetition: number) => number;
}

export interface AppendInput<E extends DomainEvent> {
  readonly streamId: string;
  readonly tenant: string;
  /** The version the decision rests on; 0 for a stream that must not exist yet. */
  readonly expectedVersion: number;
  readonly events: readonly E[];
  readonly metadata: EventMetadata;
  /** When it happened, where several appends of one transaction say the same; now unless told. */
  readonly recordedAt?: Date;
}

/** Updates read models in the appending transaction, given what was appended and the state after it. */
export type Project<S, E extends DomainEvent> = (manager: EntityManager, events: readonly StoredEvent<E>[], state: S) => Promise<void>;

export interface ExecuteInput<S, C, E extends DomainEvent> {
  readonly streamId: string;
  readonly tenant: string;
  readonly decider: Decider<S, C, E>;
  /** The command, or how to make it of the state the decision will rest on. */
  readonly command: C | ((state: S) => C);
  readonly metadata: EventMetadata;
  /** Not called for a command that changes nothing. */
  readonly project?: Project<S, E>;
}

export interface Executed<S, E extends DomainEvent> {
  readonly state: S;
  readonly version: number;
  /** What this command appended. */
  readonly events: readonly StoredEvent<E>[];
}

export type Verification = { readonly ok: true } | { readonly ok: false; readonly version: number; readonly problem: string };

/** An event as its row has it. */
export type RecordedEvent = EventRow;

const ATTEMPTS = 5;
const STREAMS_PAGE = 500;

/** The event log of one service: streams with optimistic concurrency, chained by hashes, and one order over all of them. */
export class EventStore {
  readonly schema: string;
  private readonly eventTypes: EventTypes | undefined;
  private readonly clock: () => Date;
  private readonly retryDelay: (repetition: number) => number;
  private readonly announcer: Announcer;
  /** Transactions of this store that have appended and are announced once they are committed. */
  private readonly appended = new WeakMap<QueryRunner, boolean>();

  constructor(
    readonly dataSource: DataSource,
    options: EventStoreOptions,
  ) {
    this.schema = requireSchemaName(options.schema);
    this.announcer = new Announcer(dataSource, this.schema);
    this.eventTypes = options.eventTypes;
    this.clock = options.clock ?? (() => new Date());
    this.retryDelay = options.retryDelay ?? ((repetition) => Math.random() * 5 * 2 ** repetition);
  }

  /** All events of a stream, oldest first; empty when it does not exist. */
  async load<E extends DomainEvent>(streamId: string, manager: EntityManager = this.dataSource.manager): Promise<StoredEvent<E>[]> {
    const rows = await selectStream(manager, this.schema, streamId);
    return rows.map((row) => this.stored<E>(row));
  }

  /**
   * Appends in the caller's transaction, which alone makes it happen. Throws a ConcurrencyError when the stream is not at
   * the expected version, or its last event is of a younger transaction, behind which an older one cannot stand in the log; that
   * transaction can then only be rolled back.
   */
  async append<E extends DomainEvent>(manager: EntityManager, input: AppendInput<E>): Promise<StoredEvent<E>[]> {
    if (input.events.length === 0) return [];
    const head = await selectHead(manager, this.schema, input.streamId);
    if ((head?.version ?? 0) !== input.expectedVersion) throw new ConcurrencyError(input.streamId, input.expectedVersion);
    return this.appendAfter(head?.hash ?? GENESIS, manager, input);
  }

  /** Appends after the event with that hash, which is of the expected version. */
  private async appendAfter<E extends DomainEvent>(head: Buffer, manager: EntityManager, input: AppendInput<E>): Promise<StoredEvent<E>[]> {
    const runner = manager.queryRunner;
    if (!runner?.isTransactionActive) throw new Error('Events are appended inside a transaction only.');
    const rows = this.chain(input, head);
    try {
      const positions = await insertEvents(manager, this.schema, rows);
      if (positions === undefined) throw new ConcurrencyError(input.streamId, input.expectedVersion);
      if (this.appended.has(runner)) this.appended.set(runner, true);
      else await announceAtCommit(manager, this.schema);
      return rows.map((row, index) => ({ ...this.envelope(row, positions[index]!), type: row.type, data: row.data }) as StoredEvent<E>);
    } catch (error) {
      if (isStreamVersionTaken(error)) throw new ConcurrencyError(input.streamId, input.expectedVersion, error);
      throw error;
    }
  }

  /**
   * Runs a command in one transaction: load, fold, decide, append, project. Losing a race against another writer repeats
   * all of it, five times at most, and then fails as a `conflict`. So `command` and `project` may run more than once.
   */
  async execute<S, C, E extends DomainEvent>(input: ExecuteInput<S, C, E>): Promise<Executed<S, E>> {
    return this.transaction((manager) => this.executeIn(manager, input));
  }

  /** For commands to several streams that happen all or not at all: `execute` with the same repetitions around all of `work`. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (!isLostRace(error)) throw error;
        if (attempt === ATTEMPTS) throw contended(error);
        await delay(this.retryDelay(attempt));
      }
    }
  }

  private async attempt<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    let runner: QueryRunner | undefined;
    const result = await this.dataSource.transaction((manager) => {
      runner = manager.queryRunner;
      if (runner !== undefined) this.appended.set(runner, false);
      return work(manager);
    });
    if (runner !== undefined && this.appended.get(runner) === true) this.announcer.announce();
    return result;
  }

  /** Runs a command in the caller's transaction. Throws a ConcurrencyError when it loses a race, as `append` does. */
  async executeIn<S, C, E extends DomainEvent>(manager: EntityManager, input: ExecuteInput<S, C, E>): Promise<Executed<S, E>> {
    const { streamId, tenant, decider, command, metadata, project } = input;
    const history = await selectStream(manager, this.schema, streamId);
    const before = fold<S, E>(decider, decider.initial, history.map((row) => this.stored<E>(row)));
    const decided = decider.decide(before, isMaker(command) ? command(before) : command);
    const last = history.at(-1);
    const expectedVersion = last?.version ?? 0;
    const appended = { streamId, tenant, expectedVersion, events: decided, metadata };
    const events = decided.length === 0 ? [] : await this.appendAfter<E>(last?.hash ?? GENESIS, manager, appended);
    const state = fold<S, E>(decider, before, events);
    if (events.length > 0) await project?.(manager, events, state);
    return { state, version: expectedVersion + events.length, events };
  }

  /**
   * Events of all streams in the order (`transactionId`, `globalPosition`), from after a position on. Waits for nobody:
   * an event shows up once every transaction older than its own has ended, so that none is ever overtaken.
   */
  async readAll(after: Position, limit: number, manager: EntityManager = this.dataSource.manager): Promise<StoredEvent[]> {
    const rows = await selectAfter(manager, this.schema, after, { limit, settled: true });
    return rows.map((row) => this.stored(row));
  }

  /** Everything committed, in the same order, without that caution: for a transaction that keeps all writers out. */
  async readCommitted(after: Position, limit: number, manager: EntityManager): Promise<StoredEvent[]> {
    const rows = await selectAfter(manager, this.schema, after, { limit, settled: false });
    return rows.map((row) => this.stored(row));
  }

  /** Everything committed by now, stream by stream in the order of their ids' bytes, each oldest first, a page at a time. Takes a connection meanwhile. */
  async *readStreams(limit: number): AsyncGenerator<readonly StoredEvent[], void, void> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      for await (const rows of fetchByStream(runner.manager, this.schema, limit)) yield rows.map((row) => this.stored(row));
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await runner.release();
    }
  }

  /** Events of one tenant, over all its streams. */
  async readTenant(query: TenantQuery): Promise<StoredEvent[]> {
    const rows = await selectOfTenant(this.dataSource.manager, this.schema, query);
    return rows.map((row) => this.stored(row));
  }

  /** The same as they are recorded: not upcast, and with what their hashes cover. */
  async readTenantRecords(query: TenantQuery): Promise<RecordedEvent[]> {
    return selectOfTenant(this.dataSource.manager, this.schema, query);
  }

  /** Events of the tenant's streams whose ids begin with the prefix: stream by stream, each oldest first, however many. */
  async *readTenantStreams(tenant: string, streamPrefix: string): AsyncGenerator<StoredEvent, void, void> {
    let after = { streamId: '', version: 0 };
    for (;;) {
      const rows = await selectStreamsOfTenant(this.dataSource.manager, this.schema, { tenant, streamPrefix, after, limit: STREAMS_PAGE });
      for (const row of rows) yield this.stored(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < STREAMS_PAGE) return;
      after = last;
    }
  }

  /** When the tenant's event at a place was recorded; undefined when the tenant has none there. */
  async recordedAt(tenant: string, position: Position): Promise<Date | undefined> {
    return selectRecordedAt(this.dataSource.manager, this.schema, tenant, position);
  }

  /** Tenants with settled events after a place, and how far that looked: the same place when there is nothing new. */
  async changedTenants(after: Position, limit: number): Promise<{ readonly tenants: readonly string[]; readonly end: Position }> {
    const { tenants, end } = await selectChangedTenants(this.dataSource.manager, this.schema, after, limit);
    return { tenants, end: end === undefined ? after : { globalPosition: BigInt(end.globalPosition), transactionId: BigInt(end.transactionId) } };
  }

  /**
   * Checks the stream's hash chain and names the first version at which it does not hold. Removing a stream's newest
   * events leaves a shorter chain that is whole: only a copy of its head kept elsewhere shows that.
   */
  async verifyStream(streamId: string): Promise<Verification> {
    let previous: Buffer = GENESIS;
    let expected = 1;
    for (const row of await selectStream(this.dataSource.manager, this.schema, streamId)) {
      const broken = (problem: string): Verification => ({ ok: false, version: expected, problem });
      if (row.version !== expected) return broken(`the event is missing; the next one stored is version ${row.version}`);
      if (!row.previousHash.equals(previous)) return broken('it does not follow the event before it');
      if (!row.hash.equals(chainHash(previous, row))) return broken('its content does not match its hash');
      previous = row.hash;
      expected++;
    }
    return { ok: true };
  }

  private chain(input: AppendInput<DomainEvent>, head: Buffer): NewEventRow[] {
    const { streamId, tenant, expectedVersion, events } = input;
    const recordedAt = input.recordedAt ?? this.clock();
    const metadata = asStored(input.metadata);
    let previousHash = head;
    return events.map((event, index) => {
      const content = {
        id: randomUUID(),
        streamId,
        version: expectedVersion + index + 1,
        type: event.type,
        schemaVersion: currentSchemaVersion(this.eventTypes, event.type),
        tenant,
        data: asStored(event.data),
        metadata,
        recordedAt,
      };
      const row = { ...content, previousHash, hash: chainHash(previousHash, content) };
      previousHash = row.hash;
      return row;
    });
  }

  private stored<E extends DomainEvent>(row: ReadEventRow): StoredEvent<E> {
    const position = { globalPosition: BigInt(row.globalPosition), transactionId: BigInt(row.transactionId) };
    const data = upcast(this.eventTypes, row.type, row.schemaVersion, row.data);
    // What a stream holds is the word of who appended to it; `evolve` refuses what it does not know.
    return { ...this.envelope(row, position), type: row.type, data } as unknown as StoredEvent<E>;
  }

  private envelope(row: Omit<ReadEventRow, keyof Position>, position: Position): Omit<StoredEvent, 'type' | 'data'> {
    const { id, streamId, version, tenant, metadata, recordedAt } = row;
    return { id, streamId, version, ...position, tenant, metadata, recordedAt };
  }
}

/** The value as it will be read back, so that deciding on fresh events and on loaded ones is the same. */
function asStored<T>(value: T): T {
  return JSON.parse(canonicalJson(value)) as T;
}

function isMaker<S, C>(command: C | ((state: S) => C)): command is (state: S) => C {
  return typeof command === 'function';
}

/** PostgreSQL's own error, as the driver tells it or wrapped by TypeORM. */
function driverError(error: unknown): { code?: string; constraint?: string } {
  const { driverError: wrapped } = error as { driverError?: { code?: string; constraint?: string } };
  return wrapped ?? (error as { code?: string; constraint?: string });
}

function isStreamVersionTaken(error: unknown): boolean {
  const UNIQUE_VIOLATION = '23505';
  const { code, constraint } = driverError(error);
  return code === UNIQUE_VIOLATION && constraint === 'events_stream_version';
}

function isLostRace(error: unknown): boolean {
  const SERIALIZATION_FAILURE = '40001';
  const DEADLOCK_DETECTED = '40P01';
  const { code } = driverError(error);
  return isConcurrencyError(error) || code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

function contended(cause: unknown): WindlassError {
  return new WindlassError({
    kind: 'conflict',
    reason: 'CONCURRENT_CHANGE',
    code: '0409',
    message: `The resource was changed by other requests at the same time and ${ATTEMPTS} attempts were overtaken. Send the request again.`,
    cause,
  });
}
