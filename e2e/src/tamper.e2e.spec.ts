import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import type { Client } from 'pg';
import { addUser, furnishTenant, perform, type FurnishedTenant } from './every-operation/furnished-tenant.js';
import { call, hangUp } from './every-operation/public-calls.js';
import { operationNamed } from './every-operation/public-operations.js';
import { SCRIPT } from './every-operation/sample-requests.js';
import { intrude } from './harness/intruder.js';

const VERIFIER = join(import.meta.dirname, '../../clients/verify-history/dist/main.js');
const SETTINGS = { runtime: 'http', handler: 'bootstrap', timeout: 10, memory_size: 128 };

interface Verdict {
  readonly exit: number | null;
  readonly result?: string;
  readonly events?: number;
  readonly findings?: readonly { readonly kind: string; readonly service?: string; readonly stream_id?: string; readonly version?: number; readonly position?: string; readonly message: string }[];
}

interface StoredRow {
  readonly event_id: string;
  readonly stream_id: string;
  readonly version: number;
  readonly position: string;
}

describe('an account’s history', () => {
  let tenant: FurnishedTenant;
  let intruder: Client;
  const directory = mkdtempSync(join(tmpdir(), 'windlass-history-'));
  let key: string;
  let files = 0;

  const file = (content: string): string => {
    const path = join(directory, String(++files));
    writeFileSync(path, content);
    return path;
  };
  const make = (operation: string, fields: JsonObject = {}): Promise<JsonObject> => perform(operation, fields, tenant.administrator);

  /** All pages of the export, one a line, as a tenant keeps them. */
  const exportHistory = async (limit = 1_000): Promise<string> => {
    let text = '';
    for (let cursor = ''; ; ) {
      const answer = await call('REST', operationNamed('ExportHistory'), { cursor, limit }, tenant.administrator);
      if (answer.outcome !== 'ok') throw new Error(answer.text);
      text += `${answer.text}\n`;
      cursor = String((JSON.parse(answer.text) as JsonObject)['next_cursor']);
      if (cursor === '') return text;
    }
  };

  /** What the verifier says, which has nothing but the files. */
  const verify = (exported: string, earlier?: string): Verdict => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [VERIFIER, exported, key, '--json', ...(earlier === undefined ? [] : ['--earlier', earlier])], { encoding: 'utf8', env: {} });
    if (stdout === '') throw new Error(stderr);
    return { exit: status, ...(JSON.parse(stdout) as object) };
  };

  const rows = async (stream: string): Promise<StoredRow[]> =>
    (
      await intruder.query<StoredRow>(
        `SELECT event_id, stream_id, version, 'registry:' || transaction_id || '.' || global_position AS position FROM registry.events WHERE tenant = $1 AND stream_id LIKE $2 ORDER BY version`,
        [tenant.ids['domain_id'], stream],
      )
    ).rows;

  beforeAll(async () => {
    tenant = await furnishTenant('evidence');
    intruder = await intrude();
    const { project_id = '', function_urn = '' } = tenant.ids;
    for (const memory_size of [256, 512, 768]) {
      await make('UpdateFunctionConfig', { project_id, function_urn, func_name: tenant.mark, ...SETTINGS, memory_size, user_data: '{"PASSWORD":"hunter2"}', encrypted_user_data: '{"TOKEN":"swordfish"}' });
    }
    const { keys } = await make('ListHistoryKeys');
    key = file(String((keys as JsonObject[])[0]?.['public_key']));
  });
  afterAll(async () => {
    await intruder?.end();
    hangUp();
    rmSync(directory, { recursive: true });
  });

  it('is signed, exported, and verified without the platform', async () => {
    const first = await make('CreateCheckpoint');
    expect(first).toMatchObject({ created: true, checkpoint: { number: 1, account_id: tenant.ids['domain_id'] } });
    const kept = file(await exportHistory());
    expect(verify(kept)).toMatchObject({ exit: 0, result: 'intact', checkpoints: 1 });
    await make('CreateLogGroup', { project_id: tenant.ids['project_id'] ?? '', log_group_name: `${tenant.mark}-2`, ttl_in_days: 7 });
    expect(await make('CreateCheckpoint')).toMatchObject({ checkpoint: { number: 2, previous_hash: (first['checkpoint'] as JsonObject)['hash'] } });
    const [whole, inPages] = [file(await exportHistory()), file(await exportHistory(7))];
    expect(verify(whole, kept)).toMatchObject({ exit: 0, result: 'intact', checkpoints: 2 });
    expect(verify(inPages)).toEqual(verify(whole));
    // Every event of the account is in it, of every service.
    const stored = await intruder.query<{ count: number }>(`SELECT (${['iam', 'kms', 'logs', 'registry'].map((schema) => `(SELECT count(*) FROM ${schema}.events WHERE tenant = $1)`).join(' + ')})::int AS count`, [tenant.ids['domain_id']]);
    expect(verify(whole).events).toBe(stored.rows[0]?.count);
    // No stream is shared between accounts: an account's part of the log is whole streams.
    for (const schema of ['iam', 'kms', 'logs', 'registry']) {
      expect((await intruder.query(`SELECT stream_id FROM ${schema}.events GROUP BY stream_id HAVING count(DISTINCT tenant) > 1`)).rows).toEqual([]);
    }
    // A checkpoint covers what happened, so whoever reads nothing else can be shown it over gRPC too.
    expect(await call('gRPC', operationNamed('ListCheckpoints'), {}, tenant.administrator)).toMatchObject({ outcome: 'ok' });
  });

  it('tells no secret, and none of another account', async () => {
    const other = await furnishTenant('neighbour');
    await perform('CreateCheckpoint', {}, other.administrator);
    const text = await exportHistory();
    expect(text).toContain('$sealed');
    expect(text).not.toMatch(/hunter2|swordfish/);
    const secrets = await intruder.query<{ secret: string }>(`SELECT DISTINCT jsonb_path_query(payload, '$.**.secrets.*') #>> '{}' AS secret FROM registry.events WHERE tenant = $1`, [tenant.ids['domain_id']]);
    expect(secrets.rows.length).toBeGreaterThan(0);
    for (const { secret } of secrets.rows) expect(text).not.toContain(secret);
    expect(text).not.toContain(other.ids['domain_id']);
    expect(text).not.toContain(other.mark);
  });

  it('is exported and signed by those alone who may', async () => {
    const reader = await addUser(tenant, 'auditor', ['CTS ReadOnlyAccess']);
    for (const operation of ['ExportHistory', 'CreateCheckpoint']) expect(await call('REST', operationNamed(operation), {}, reader)).toMatchObject({ outcome: 'forbidden' });
    for (const operation of ['ListCheckpoints', 'ListHistoryKeys']) expect(await call('REST', operationNamed(operation), {}, reader)).toMatchObject({ outcome: 'ok' });
    expect(await call('REST', operationNamed('ExportHistory'), { cursor: 'x' }, tenant.administrator)).toMatchObject({ outcome: 'invalid', code: 'CTS.0400' });
  });

  describe('whose rows are changed by SQL', () => {
    /** Makes the hashes of the stream right again, as the platform makes them. */
    const rehash = async (stream: string): Promise<void> => {
      const { rows: events } = await intruder.query<{ id: string; recordedAt: Date }>(
        `SELECT event_id AS id, stream_id AS "streamId", version, type, schema_version AS "schemaVersion", tenant, payload AS data, metadata, recorded_at AS "recordedAt"
           FROM registry.events WHERE tenant = $1 AND stream_id LIKE $2 ORDER BY version`,
        [tenant.ids['domain_id'], stream],
      );
      let previous: Buffer = Buffer.alloc(32);
      for (const event of events) {
        const hash = createHash('sha256').update(previous).update(JSON.stringify(sorted({ ...event, recordedAt: event.recordedAt.toISOString() }))).digest();
        await intruder.query('UPDATE registry.events SET previous_hash = $2, hash = $3 WHERE event_id = $1', [event.id, previous, hash]);
        previous = hash;
      }
    };

    interface Attack {
      /** What is changed, and the row that must be named. */
      readonly commit: (stream: string, events: readonly StoredRow[]) => Promise<StoredRow | undefined>;
      readonly kind: string;
    }
    const sql = (text: string, ...values: unknown[]) => intruder.query(text, values);
    const attacks: Record<string, Attack> = {
      'a payload is updated': {
        kind: 'altered',
        commit: async (_stream, events) => {
          await sql(`UPDATE registry.events SET payload = jsonb_set(payload, '{function,settings,memoryMb}', '128') WHERE event_id = $1`, events[1]?.event_id);
          return events[1];
        },
      },
      'a secret is updated': {
        kind: 'altered',
        commit: async (_stream, events) => {
          await sql(`UPDATE registry.events SET payload = jsonb_set(payload, '{function,settings,userData}', '"{}"') WHERE event_id = $1`, events[2]?.event_id);
          return events[2];
        },
      },
      'an event in the middle is deleted': {
        kind: 'missing',
        commit: async (stream, events) => {
          await sql('DELETE FROM registry.events WHERE event_id = $1', events[1]?.event_id);
          await sql('UPDATE registry.events SET version = version - 1 WHERE stream_id LIKE $1 AND version > 2', stream);
          return events[1];
        },
      },
      'the tail is deleted': {
        kind: 'missing',
        commit: async (stream, events) => {
          await sql('DELETE FROM registry.events WHERE stream_id LIKE $1 AND version > 2', stream);
          return events[2];
        },
      },
      'a whole stream is deleted': {
        kind: 'missing',
        commit: async (stream, events) => {
          await sql('DELETE FROM registry.events WHERE stream_id LIKE $1', stream);
          return events[0];
        },
      },
      'two events are swapped': {
        kind: 'reordered',
        commit: async (stream, events) => {
          const [, one, other] = events as [StoredRow, StoredRow, StoredRow];
          const swapped = `SELECT a.event_id, b.transaction_id, b.global_position, b.version FROM registry.events a, registry.events b WHERE a.event_id IN ($1, $2) AND b.event_id IN ($1, $2) AND a.event_id <> b.event_id`;
          const { rows: places } = await sql(swapped, one.event_id, other.event_id);
          await sql('UPDATE registry.events SET version = version + 1000 WHERE stream_id LIKE $1', stream);
          for (const { event_id, transaction_id, version } of places) await sql('UPDATE registry.events SET transaction_id = $2::xid8, version = $3 WHERE event_id = $1', event_id, transaction_id, version);
          await sql('UPDATE registry.events SET version = version - 1000 WHERE stream_id LIKE $1 AND version > 1000', stream);
          return one;
        },
      },
      'one is inserted': {
        kind: 'inserted',
        commit: async (stream, events) => {
          const copied = `INSERT INTO registry.events (event_id, stream_id, version, tenant, type, schema_version, payload, metadata, recorded_at, previous_hash, hash, transaction_id)
            SELECT gen_random_uuid(), stream_id, $2, tenant, type, schema_version, payload, metadata, recorded_at, previous_hash, hash, transaction_id FROM registry.events WHERE event_id = $1`;
          await sql(copied, events[1]?.event_id, events.length + 1);
          return (await rows(stream)).at(-1);
        },
      },
    };

    it.each(Object.keys(attacks).flatMap((what) => [[what, false] as const, [what, true] as const]))('is found out when %s (and its hashes made right again: %j)', async (what, thorough) => {
      const { commit, kind } = attacks[what] as Attack;
      const name = `${tenant.mark}-${++files}`;
      const project_id = tenant.ids['project_id'] ?? '';
      const created = await make('CreateFunction', { project_id, func_name: name, package: 'default', ...SETTINGS, user_data: '{"A":"1"}', code_type: 'inline', func_code: { file: SCRIPT } });
      const function_urn = String(created['func_urn']).replace(/:latest$/, '');
      for (const memory_size of [256, 512, 768]) await make('UpdateFunctionConfig', { project_id, function_urn, func_name: name, ...SETTINGS, memory_size, user_data: '{"A":"2"}' });
      await make('CreateCheckpoint');
      const kept = file(await exportHistory());
      expect(verify(kept)).toMatchObject({ exit: 0 });

      const stream = `function:%:${name}`;
      const before = await intruder.query('SELECT * FROM registry.events WHERE tenant = $1 AND stream_id LIKE $2', [tenant.ids['domain_id'], stream]);
      const victim = await commit(stream, await rows(stream));
      if (thorough) await rehash(stream);

      const named = { kind, service: 'registry', stream_id: victim?.stream_id, version: victim?.version, position: victim?.position };
      const after = file(await exportHistory());
      for (const verdict of [verify(after), verify(after, kept)]) expect(verdict).toMatchObject({ exit: 1, result: 'tampered', findings: expect.arrayContaining([expect.objectContaining(named)]) });
      expect(verify(after).findings?.[0]).toMatchObject(named);

      // The platform signs nothing on top of it, and tells its tenant why.
      const refused = await call('REST', operationNamed('CreateCheckpoint'), {}, tenant.administrator);
      expect(refused).toMatchObject({ status: 412, code: 'CTS.0412', message: expect.stringContaining(String(verify(after).findings?.[0]?.message)) });
      expect((await make('ListCheckpoints'))['problem']).toMatchObject({ kind, stream_id: victim?.stream_id });

      await restore(stream, before.rows as Record<string, unknown>[]);
      expect(await make('CreateCheckpoint')).toMatchObject({ created: false });
      expect((await make('ListCheckpoints'))['problem']).toBeUndefined();
    });

    /** Puts the rows of a stream back as they were, as from a backup. */
    const restore = async (stream: string, stored: readonly Record<string, unknown>[]): Promise<void> => {
      await sql('DELETE FROM registry.events WHERE tenant = $1 AND stream_id LIKE $2', tenant.ids['domain_id'], stream);
      for (const row of stored) {
        const columns = Object.keys(row);
        const values = columns.map((column) => (column === 'payload' || column === 'metadata' ? JSON.stringify(row[column]) : row[column]));
        await sql(`INSERT INTO registry.events (${columns.join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`, ...values);
      }
    };

    it('is found out by whoever kept an export when checkpoints and seals go with the events', async () => {
      const kept = file(await exportHistory());
      const account = tenant.ids['domain_id'];
      const saved = { checkpoints: await intruder.query('SELECT * FROM history.checkpoints WHERE account_id = $1', [account]) };
      const newest = Math.max(...saved.checkpoints.rows.map(({ number }) => Number(number)));
      const covered = (saved.checkpoints.rows.find(({ number }) => number === newest - 1) as { content: { services: { service: string; events: number }[] } }).content.services;
      await sql('DELETE FROM history.checkpoints WHERE account_id = $1 AND number = $2', account, newest);
      // The platform sees that seals are left over.
      expect(await call('REST', operationNamed('CreateCheckpoint'), {}, tenant.administrator)).toMatchObject({ status: 412, message: expect.stringContaining(`Checkpoint ${newest} is missing`) });
      for (const { service, events } of covered) {
        const gone = await intruder.query<{ position: string }>('DELETE FROM history.sealed_events WHERE account_id = $1 AND service = $2 AND number > $3 RETURNING position', [account, service, events]);
        for (const { position } of gone.rows) await sql(`DELETE FROM ${service}.events WHERE tenant = $1 AND '${service}:' || transaction_id || '.' || global_position = $2`, account, position);
      }
      // Nothing is left that tells, but what the tenant kept.
      const after = file(await exportHistory());
      expect(verify(after)).toMatchObject({ exit: 0 });
      expect(verify(after, kept)).toMatchObject({ exit: 1, findings: [{ kind: 'checkpoint_missing', checkpoint: newest }] });
      // A new one of that number is another one, whatever it covers.
      await make('CreateLogGroup', { project_id: tenant.ids['project_id'] ?? '', log_group_name: `${tenant.mark}-3`, ttl_in_days: 7 });
      await make('CreateCheckpoint');
      expect(verify(file(await exportHistory()), kept)).toMatchObject({ exit: 1, findings: expect.arrayContaining([expect.objectContaining({ kind: 'checkpoint_altered', checkpoint: newest })]) });
    });
  });

  it('is signed by a key that no tenant’s export can bring along', async () => {
    const kept = file(await exportHistory());
    const { keys } = JSON.parse((await call('REST', operationNamed('ListHistoryKeys'), {}, tenant.administrator)).text) as { keys: { public_key: string }[] };
    expect(keys.map(({ public_key }) => public_key.includes('PRIVATE'))).toEqual([false]);
    const stranger = file(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString());
    expect(spawnSync(process.execPath, [VERIFIER, kept, stranger], { encoding: 'utf8' })).toMatchObject({ status: 1, stdout: expect.stringContaining('not signed with the given key') });
    expect(spawnSync(process.execPath, [VERIFIER, kept, kept], { encoding: 'utf8' })).toMatchObject({ status: 2, stderr: expect.stringMatching(/^verify-history: /) });
  });
});

/** Object keys in the order of RFC 8785, which JSON.stringify then keeps. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]));
}
