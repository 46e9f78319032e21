import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';

interface ReleasedEvent {
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly tenant: string;
  readonly data: { readonly name?: string };
  readonly metadata: object;
  readonly recordedAt: string;
}

/** Where services and their fixtures lie. */
export const REPOSITORY = join(import.meta.dirname, '../../../..');

const TOGETHER = 2_000;
const HASH = Buffer.alloc(32, 7);

/**
 * Fills the log of a service with the events its first release stored, every type of them, so many times over with other ids; what
 * changes a thing happens several times, as things are changed more often than they are made. Each stream goes on when all others have gone
 * on: no event lies beside another one of its stream. Answers how many events that are.
 */
export async function storeReleasedEvents(client: Client, service: string, { atLeast, changes }: { readonly atLeast: number; readonly changes: number }): Promise<number> {
  const released = changedOften(JSON.parse(readFileSync(join(REPOSITORY, 'services', service, 'fixtures/events/0.1.0.json'), 'utf8')) as ReleasedEvent[], changes);
  const copies = Math.ceil(atLeast / released.length);
  let rows: ReleasedEvent[] = [];
  const flush = async (): Promise<void> => {
    await client.query(
      `INSERT INTO ${service}.events (event_id, stream_id, version, tenant, type, schema_version, payload, metadata, recorded_at, previous_hash, hash)
       SELECT id, stream_id, version, tenant, type, schema_version, payload, metadata, recorded_at, $9, $9
         FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::integer[], $7::jsonb[], $8::jsonb[], $10::timestamptz[])
           AS given (id, stream_id, version, tenant, type, schema_version, payload, metadata, recorded_at)`,
      [
        rows.map(() => randomUUID()),
        rows.map(({ streamId }) => streamId),
        rows.map(({ version }) => version),
        rows.map(({ tenant }) => tenant),
        rows.map(({ type }) => type),
        rows.map(({ schemaVersion }) => schemaVersion),
        rows.map(({ data }) => JSON.stringify(data)),
        rows.map(({ metadata }) => JSON.stringify(metadata)),
        HASH,
        rows.map(({ recordedAt }) => recordedAt),
      ],
    );
    rows = [];
  };
  for (const event of released) {
    const text = JSON.stringify(event);
    for (let copy = 0; copy < copies; copy += 1) {
      const another = JSON.parse(withOtherIds(text, copy)) as ReleasedEvent;
      // The one name that is unique in all of the platform.
      rows.push(another.type === 'AccountCreated' ? { ...another, data: { ...another.data, name: `${another.data.name}-${copy}` } } : another);
      if (rows.length === TOGETHER) await flush();
    }
  }
  await flush();
  await client.query(`VACUUM ANALYZE ${service}.events`);
  return released.length * copies;
}

/** Changes that say what there is afterwards, so that the same one again is one more event and changes nothing. */
const CHANGES = /^(Function(Code|Config)Replaced|FunctionMaxInstancesChanged|FunctionTagsChanged|TestEventKept|\w+(Changed|Updated|Described|QuotasSet|Tagged)|PasswordSet)$/;

function changedOften(events: readonly ReleasedEvent[], times: number): ReleasedEvent[] {
  const versions = new Map<string, number>();
  return events
    .flatMap((event) => (CHANGES.test(event.type) ? Array.from({ length: times }, () => event) : [event]))
    .map((event) => {
      const version = (versions.get(event.streamId) ?? 0) + 1;
      versions.set(event.streamId, version);
      return { ...event, version };
    });
}

/** Ids, digests and access keys are others in each copy, of the same form and everywhere the same. */
function withOtherIds(text: string, copy: number): string {
  const other = (id: string): string => createHash('sha512').update(`${copy} ${id}`).digest('hex').slice(0, id.length);
  return text
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (id) => other(`uuid ${id}`.padEnd(32)).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'))
    .replace(/\b[0-9a-f]{32,128}\b/g, other)
    .replace(/\b[A-Z0-9]{20}\b/g, (key) => other(key).toUpperCase())
    // The project of the platform's own keys.
    .replaceAll('"platform"', `"platform-${copy}"`);
}
