import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import type { BusMessage } from '@windlass/event-bus';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { chainHash, GENESIS } from '@windlass/hash-chain';
import { fold, type Decider } from '../decider.js';
import { insertEvents } from '../event-rows.js';
import type { EventStore } from '../event-store.js';
import type { EventTypes } from '../event-types.js';
import type { DomainEvent, EventMetadata, StoredEvent } from '../event.js';

/** An event as a release stored it, without what the database adds. */
interface ReleasedEvent extends DomainEvent {
  readonly streamId: string;
  readonly version: number;
  readonly schemaVersion: number;
  readonly tenant: string;
  readonly metadata: EventMetadata;
  readonly recordedAt: string;
}

export interface ReleasedEventsSubject {
  /** Holds `<release>.json`, what each makes of them, `<release>.expected.json`, and `shapes.json`. */
  readonly folder: string;
  readonly eventTypes: EventTypes;
  /** Makes the service's tables in an empty database. */
  readonly openDatabase: (url: string) => Promise<DataSource>;
  readonly openEvents: (dataSource: DataSource) => EventStore;
  readonly rebuild: (store: EventStore) => Promise<number>;
  /** Read models, with their schema. */
  readonly tables: readonly string[];
  /** Streams without a read model of their own events, which the rebuilding passes over. */
  readonly modelless?: { readonly owns: (streamId: string) => boolean; readonly decider: Pick<Decider<unknown, never, never>, 'initial' | 'evolve'> };
  /** What others are told, and how to read it. */
  readonly translate?: (event: StoredEvent<DomainEvent>) => BusMessage | undefined | readonly BusMessage[];
  readonly decode?: (message: BusMessage) => unknown;
}

const WRITES = process.env['WINDLASS_WRITE_EXPECTED'] === '1';

/**
 * Events of every release are read by the program of today: lifted, folded, projected and told to others, with the outcome that is
 * kept beside them. `WINDLASS_WRITE_EXPECTED=1` writes that outcome, to be reviewed like any change.
 */
export function itReadsReleasedEvents(subject: ReleasedEventsSubject): void {
  const { folder, eventTypes } = subject;
  const releases = readdirSync(folder).filter((name) => /^[a-z0-9.-]+(?<!\.expected|shapes)\.json$/.test(name)).map((name) => name.slice(0, -'.json'.length));
  const eventsOf = (release: string): ReleasedEvent[] => read(join(folder, `${release}.json`)) as ReleasedEvent[];
  const everyVersion = Object.entries(eventTypes).flatMap(([type, steps]) => [...steps, undefined].map((_, step) => `${type}@${step + 1}`)).sort();

  const filled = new Set<string>();
  let server: TemporaryPostgres;
  beforeAll(async () => {
    server = await startTemporaryPostgres();
  });
  afterAll(() => server?.stop());

  it('has an event of every type and version among those of the releases', () => {
    const kept = releases.flatMap(eventsOf).map(({ type, schemaVersion }) => `${type}@${schemaVersion}`);
    expect([...new Set(kept)].sort()).toEqual(everyVersion);
  });

  it('has the shape of every type and version on record', () => {
    expect(Object.keys(read(join(folder, 'shapes.json')) as object).sort()).toEqual(everyVersion);
  });

  it.each(releases)('makes of the events of %s what it always made of them', async (release) => {
    const database = `of_${randomUUID().slice(0, 8)}`;
    await server.ensureDatabase(database);
    const dataSource = await subject.openDatabase(server.connectionString(database));
    try {
      const store = subject.openEvents(dataSource);
      const events = eventsOf(release);
      await storeAsReleased(dataSource, store.schema, events);
      const modelless = events.filter(({ streamId }) => subject.modelless?.owns(streamId) === true);
      expect(await subject.rebuild(store)).toBe(events.length - modelless.length);
      for (const streamId of new Set(modelless.map((event) => event.streamId))) {
        const { initial, evolve } = subject.modelless!.decider;
        fold({ evolve: evolve as (state: unknown, event: DomainEvent) => unknown }, initial, await store.load(streamId));
      }
      const found = await outcome(subject, store, dataSource);
      for (const [table, rows] of Object.entries(found.models)) if (rows.length > 0) filled.add(table);
      await expectOutcome(join(folder, `${release}.expected.json`), found);
    } finally {
      await dataSource.destroy();
    }
  });

  it('has rows in every read model then, so that each was looked at', () => {
    expect([...filled].sort()).toEqual([...subject.tables].sort());
  });
}

/** What the read models hold, row by row as text, and what others were told. */
async function outcome({ tables, translate, decode }: ReleasedEventsSubject, store: EventStore, dataSource: DataSource): Promise<{ models: Record<string, string[]>; told: object[] }> {
  const models: Record<string, string[]> = {};
  for (const table of tables) models[table] = await textOfRows(dataSource, table);
  const told: object[] = [];
  const everything = await dataSource.transaction((manager) => store.readCommitted({ transactionId: 0n, globalPosition: 0n }, 10_000, manager));
  for (const event of everything) {
    const messages = [translate?.(event) ?? []].flat() as BusMessage[];
    told.push(...messages.map((message) => ({ topic: message.topic, key: message.key, says: decode?.(message) })));
  }
  return { models, told };
}

/** Every row as PostgreSQL writes it, in the order of that text: equal only when every byte is. */
export async function textOfRows(dataSource: Pick<DataSource, 'query'>, table: string): Promise<string[]> {
  const rows = await dataSource.query<{ text: string }[]>(`SELECT kept::text AS text FROM ${table} AS kept ORDER BY kept::text COLLATE "C"`);
  return rows.map(({ text }) => text);
}

async function expectOutcome(file: string, found: object): Promise<void> {
  const plain: unknown = JSON.parse(JSON.stringify(found, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
  if (WRITES || !existsSync(file)) {
    if (!WRITES) throw new Error(`${file} is missing: run this with WINDLASS_WRITE_EXPECTED=1 and review what it writes.`);
    writeFileSync(file, `${JSON.stringify(plain, undefined, 2)}\n`);
  }
  expect(plain).toEqual(read(file));
}

/** Puts the events into the log as the release did: in its versions, chained, each in a transaction of its own. */
async function storeAsReleased(dataSource: DataSource, schema: string, events: readonly ReleasedEvent[]): Promise<void> {
  const heads = new Map<string, Buffer>();
  for (const [index, event] of events.entries()) {
    const { streamId, version, type, schemaVersion, tenant, data, metadata } = event;
    const content = { id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, streamId, version, type, schemaVersion, tenant, data, metadata, recordedAt: new Date(event.recordedAt) };
    const previousHash = heads.get(streamId) ?? GENESIS;
    const hash = chainHash(previousHash, content);
    heads.set(streamId, hash);
    await dataSource.transaction((manager) => insertEvents(manager, schema, [{ ...content, previousHash, hash }]));
  }
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
