import { chainHash, GENESIS, type HashedEvent } from '@windlass/hash-chain';
import { runHistory, type RunningHistory } from '../testing/running-history.js';

const happened = (number: number) => ({ type: 'Happened', data: { number, password: `hunter${number}` } });

describe('checkpoints of an account’s history', () => {
  let history: RunningHistory;
  beforeAll(async () => {
    history = await runHistory();
  });
  afterAll(() => history?.close());

  type Tenant = ReturnType<RunningHistory['tenant']>;

  const lived = async (): Promise<Tenant> => {
    const tenant = history.tenant();
    await tenant.append('iam', 'account', happened(1), happened(2));
    for (let number = 1; number <= 4; number += 1) await tenant.append('registry', number % 2 === 0 ? 'even' : 'odd', happened(number));
    return tenant;
  };

  it('cover all services, follow each other and are signed', async () => {
    const tenant = await lived();
    const first = await tenant.checkpoint();
    expect(first).toMatchObject({ created: true, checkpoint: { format: 'windlass-checkpoint/1', account_id: tenant.id, number: 1, previous_hash: '0'.repeat(64) } });
    expect(first.checkpoint?.services.map(({ service, events }) => [service, events])).toEqual([['iam', 2], ['kms', 0], ['logs', 0], ['registry', 4]]);
    expect(await tenant.checkpoint()).toEqual({ ...first, created: false });
    await tenant.append('kms', 'key', happened(1));
    const second = await tenant.checkpoint();
    expect(second).toMatchObject({ created: true, checkpoint: { number: 2, previous_hash: first.checkpoint?.hash } });
    expect((await tenant.checkpoints()).checkpoints).toEqual([second.checkpoint, first.checkpoint]);
    expect(await tenant.verify()).toMatchObject({ intact: true, checkpoints: 2, events: 7 });
    const { keys } = await history.client.listHistoryKeys({}, tenant.as());
    expect(keys).toMatchObject([{ key_id: first.checkpoint?.signature?.key_id, algorithm: 'ED25519' }]);
  });

  it('export the same history in pages of any size, without secrets and without the events of others', async () => {
    const [tenant, other] = [await lived(), await lived()];
    await tenant.checkpoint();
    await other.checkpoint();
    await tenant.append('registry', 'odd', happened(5));
    await tenant.checkpoint();
    // What is not covered yet is not exported.
    await tenant.append('registry', 'odd', happened(6));
    const whole = await tenant.exported();
    expect(whole).toHaveLength(2 + 7);
    for (const limit of [1, 2, 3]) expect(await tenant.exported(limit)).toEqual(whole);
    expect(await tenant.verify(2)).toMatchObject({ intact: true, events: 7 });
    const text = JSON.stringify(whole);
    expect(text).not.toContain('hunter');
    expect(text).not.toContain(other.id);
    expect(whole.at(-1)?.event?.data).toMatch(/^\{"number":5,"password":\{"\$sealed":"[0-9a-f]{64}"\}\}$/);
  });

  it('never pass over an event that is committed late', async () => {
    const tenant = await lived();
    const runner = history.dataSource.createQueryRunner();
    await runner.startTransaction();
    await history.stores.registry.append(runner.manager, { streamId: `${tenant.id}-late`, tenant: tenant.id, expectedVersion: 0, events: [happened(1)], metadata: { actor: 'ann', requestId: 'r1' } });
    await tenant.append('registry', 'odd', happened(5));
    const { checkpoint: early } = await tenant.checkpoint();
    expect(early?.services.find(({ service }) => service === 'registry')?.events).toBe(4);
    await runner.commitTransaction();
    await runner.release();
    await tenant.checkpoint();
    expect(await tenant.verify()).toMatchObject({ intact: true, events: 2 + 6 });
  });

  it('take events of a stream that stand in the log in another order, as older programs let them, without an alarm', async () => {
    const tenant = await lived();
    await tenant.append('registry', 'odd', happened(5));
    await tenant.append('registry', 'odd', happened(9));
    // An older transaction that had written elsewhere first could append behind a younger one.
    await history.dataSource.query(
      `ALTER TABLE registry.events DISABLE TRIGGER USER;
       WITH places AS (SELECT array_agg(transaction_id ORDER BY version) AS tx FROM registry.events WHERE stream_id = '${tenant.id}-odd' AND version IN (3, 4))
       UPDATE registry.events SET transaction_id = CASE version WHEN 3 THEN tx[2] ELSE tx[1] END FROM places WHERE stream_id = '${tenant.id}-odd' AND version IN (3, 4);
       ALTER TABLE registry.events ENABLE TRIGGER USER`,
    );
    const small = await history.start({ largestStep: 3 });
    await small.client.createCheckpoint({}, tenant.as());
    await small.stop();
    expect(await tenant.checkpoint()).toMatchObject({ created: false });
    expect(await tenant.verify()).toMatchObject({ intact: true, events: 2 + 6 });
    const versions = (await tenant.exported()).filter(({ event }) => event?.stream_id.endsWith('-odd')).map(({ event }) => event?.version);
    expect(versions).toEqual([1, 2, 4, 3]);
  });

  it('are made once, whichever of several processes and callers come at the same time', async () => {
    const tenant = await lived();
    const other = await history.start();
    const made = await Promise.all(Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? history.client : other.client).createCheckpoint({}, tenant.as())));
    expect(new Set(made.map(({ checkpoint }) => checkpoint?.hash)).size).toBe(1);
    expect((await tenant.checkpoints()).checkpoints).toHaveLength(1);
    await other.stop();
  });

  it('come one after the other where there is more than one holds', async () => {
    const tenant = await lived();
    const small = await history.start({ largestStep: 2 });
    const { checkpoint } = await small.client.createCheckpoint({}, tenant.as());
    expect(checkpoint).toMatchObject({ number: 2 });
    expect(await tenant.verify()).toMatchObject({ intact: true, checkpoints: 2, events: 6 });
    await small.stop();
  });

  it('are made by themselves for accounts with new events, and not more often than they should', async () => {
    const tenant = await lived();
    const eventually = async (number: number): Promise<void> => {
      for (let turn = 0; turn < 600; turn += 1) {
        if ((await tenant.checkpoints()).checkpoints[0]?.number === number) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`checkpoint ${number} was not made`);
    };
    const [frequent, another] = [await history.start({ lookMs: 20, checkpointIntervalMs: 1 }), await history.start({ lookMs: 20, checkpointIntervalMs: 1 })];
    await eventually(1);
    await tenant.append('registry', 'odd', happened(5));
    await eventually(2);
    await frequent.stop();
    await another.stop();
    const rare = await history.start({ lookMs: 20, checkpointIntervalMs: 3_600_000 });
    await tenant.append('registry', 'odd', happened(6));
    const witness = await lived();
    for (let turn = 0; (await witness.checkpoints()).checkpoints.length === 0; turn += 1) {
      if (turn === 600) throw new Error('the witness got no checkpoint');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const [{ due }] = await history.dataSource.query<[{ due: boolean }]>(`SELECT due_at > now() + interval '50 minutes' AS due FROM history.accounts WHERE account_id = $1`, [tenant.id]);
    expect(due).toBe(true);
    expect((await tenant.checkpoints()).checkpoints[0]?.number).toBe(2);
    expect(await tenant.verify()).toMatchObject({ intact: true });
    await rare.stop();
    expect(history.logged.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
  });

  it.each([
    [{ limit: 0 }, 'LIMIT_INVALID'],
    [{ limit: 201 }, 'LIMIT_INVALID'],
    [{ cursor: 'x' }, 'CURSOR_INVALID'],
    [{ cursor: '99999999999' }, 'CURSOR_INVALID'],
  ])('are not listed for %j', async (request, reason) => {
    await expect(history.client.listCheckpoints({ cursor: '', ...request }, history.tenant().as())).rejects.toMatchObject({ kind: 'invalid', code: 'CTS.0400', reason });
  });

  it.each([
    [{ limit: 1001 }, 'invalid', 'LIMIT_INVALID'],
    [{ cursor: 'x' }, 'invalid', 'CURSOR_INVALID'],
    [{ cursor: Buffer.from('[1,1,0,"kms:1.1"]').toString('base64url') }, 'invalid', 'CURSOR_INVALID'],
    [{ cursor: Buffer.from('[1,1,0,""]').toString('base64url') }, 'not_found', 'NO_CHECKPOINT'],
    [{}, 'not_found', 'NO_CHECKPOINT'],
  ])('are not exported for %j', async (request, kind, reason) => {
    await expect(history.client.exportHistory({ cursor: '', ...request }, history.tenant().as())).rejects.toMatchObject({ kind, reason });
  });

  it('are refused to an account without a history', async () => {
    await expect(history.tenant().checkpoint()).rejects.toMatchObject({ kind: 'not_found', reason: 'NO_HISTORY' });
  });

  describe('with rows changed by SQL', () => {
    /** As somebody who owns the tables: no trigger stops them. */
    const attack = async (tenant: Tenant, statement: string): Promise<void> => {
      const tables = ['registry.events', 'history.checkpoints', 'history.sealed_events'];
      for (const table of tables) await history.dataSource.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
      await history.dataSource.query(statement.replaceAll('EVENTS', 'registry.events').replaceAll('OWN', `'${tenant.id}'`));
      for (const table of tables) await history.dataSource.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    };

    /** Makes the hashes of every stream right again. */
    const rehash = async (tenant: Tenant): Promise<void> => {
      const streams = await history.dataSource.query<{ stream: string }[]>(`SELECT DISTINCT stream_id AS stream FROM registry.events WHERE stream_id LIKE $1`, [`${tenant.id}-%`]);
      for (const { stream } of streams) {
        let previous: Buffer = GENESIS;
        const events = await history.dataSource.query<HashedEvent[]>(
          `SELECT event_id AS id, stream_id AS "streamId", version, type, schema_version AS "schemaVersion", tenant, payload AS data, metadata, recorded_at AS "recordedAt"
             FROM registry.events WHERE stream_id = $1 ORDER BY version`,
          [stream],
        );
        for (const event of events) {
          // What has no JSON form has no hash that would hold.
          const hash = event.recordedAt instanceof Date ? chainHash(previous, event) : GENESIS;
          await attack(tenant, `UPDATE EVENTS SET previous_hash = '\\x${previous.toString('hex')}', hash = '\\x${hash.toString('hex')}' WHERE event_id = '${event.id}'`);
          previous = hash;
        }
        // A stream of which the beginning is gone has none that could be made right.
        if (events.every(({ recordedAt }) => recordedAt instanceof Date) && events[0]?.version === 1 && events.length === events.at(-1)?.version) expect(await history.stores.registry.verifyStream(stream)).toEqual({ ok: true });
      }
    };

    const place = (stream: string, version: number) => (tenant: Tenant) => ({ service: 'registry', streamId: `${tenant.id}-${stream}`, version });
    const ODD_1 = place('odd', 1);
    const attacks: [string, string, string, (tenant: Tenant) => object][] = [
      ['a payload', `UPDATE EVENTS SET payload = '{"number": 0, "password": "hunter1"}' WHERE tenant = OWN AND stream_id LIKE '%odd' AND version = 1`, 'altered', ODD_1],
      ['a secret', `UPDATE EVENTS SET payload = jsonb_set(payload, '{password}', '"x"') WHERE tenant = OWN AND stream_id LIKE '%odd' AND version = 1`, 'altered', ODD_1],
      ['a time to one that is none', `UPDATE EVENTS SET recorded_at = 'infinity' WHERE tenant = OWN AND stream_id LIKE '%even' AND version = 2`, 'altered', place('even', 2)],
      ['an author', `UPDATE EVENTS SET metadata = '{"actor": "bob"}' WHERE tenant = OWN AND stream_id LIKE '%even' AND version = 2`, 'altered', place('even', 2)],
      ['the last event of a stream away', `DELETE FROM EVENTS WHERE tenant = OWN AND stream_id LIKE '%even' AND version = 2`, 'missing', place('even', 2)],
      ['an event in the middle away and its gap closed', `DELETE FROM EVENTS WHERE tenant = OWN AND stream_id LIKE '%odd' AND version = 1; UPDATE EVENTS SET version = 1 WHERE tenant = OWN AND stream_id LIKE '%odd'`, 'missing', ODD_1],
      ['a whole stream away', `DELETE FROM EVENTS WHERE tenant = OWN AND stream_id LIKE '%odd'`, 'missing', ODD_1],
      ['everything away', `DELETE FROM EVENTS WHERE tenant = OWN`, 'missing', ODD_1],
      ['an event to another account', `UPDATE EVENTS SET tenant = 'stranger' WHERE tenant = OWN AND stream_id LIKE '%odd' AND version = 1`, 'missing', ODD_1],
      [
        'two events, one for the other',
        `UPDATE EVENTS SET version = 100 + version WHERE tenant = OWN AND stream_id LIKE '%odd'; UPDATE EVENTS SET version = 103 - version WHERE tenant = OWN AND version > 100`,
        'altered',
        ODD_1,
      ],
      [
        'the places of two events',
        `WITH places AS (SELECT array_agg(event_id ORDER BY global_position) AS id, array_agg(transaction_id ORDER BY global_position) AS tx FROM EVENTS WHERE tenant = OWN AND stream_id LIKE '%odd')
         UPDATE EVENTS SET transaction_id = CASE event_id WHEN id[1] THEN tx[2] ELSE tx[1] END FROM places WHERE event_id = ANY(id)`,
        'reordered',
        ODD_1,
      ],
      [
        'an event in between',
        `INSERT INTO EVENTS (event_id, stream_id, version, tenant, type, schema_version, payload, metadata, recorded_at, previous_hash, hash, transaction_id)
         SELECT gen_random_uuid(), OWN || '-forged', 1, tenant, type, 1, payload, metadata, recorded_at, previous_hash, hash, transaction_id FROM EVENTS WHERE tenant = OWN AND version = 1 AND stream_id LIKE '%odd'`,
        'inserted',
        place('forged', 1),
      ],
    ];

    it.each(attacks)('are found for %s, stream hashes made right again or not', async (_what, statement, kind, where) => {
      for (const thorough of [false, true]) {
        const tenant = await lived();
        await tenant.checkpoint();
        await attack(tenant, statement);
        if (thorough) await rehash(tenant);
        const verified = await tenant.verify();
        expect(verified).toMatchObject({ intact: false });
        expect(verified.findings[0]).toMatchObject({ kind, ...where(tenant) });
        // The platform signs it no more, and says so to its tenant.
        await tenant.append('iam', 'account', happened(3));
        await expect(tenant.checkpoint()).rejects.toMatchObject({ kind: 'precondition_failed', code: 'CTS.0412', reason: 'HISTORY_TAMPERED', message: expect.stringContaining(verified.findings[0]?.message ?? '-') });
        const { checkpoints, problem } = await tenant.checkpoints();
        expect(checkpoints).toHaveLength(1);
        expect(problem).toMatchObject({ kind: verified.findings[0]?.kind, message: verified.findings[0]?.message, service: 'registry' });
      }
    });

    it.each([
      ['an altered payload', `UPDATE EVENTS SET payload = '{}' WHERE tenant = OWN AND stream_id LIKE '%odd' AND version = 1`, 'altered'],
      ['a missing event', `DELETE FROM EVENTS WHERE tenant = OWN AND stream_id LIKE '%odd' AND version = 1`, 'missing'],
    ])('are found before the first checkpoint by the hashes of the stream: %s', async (_what, statement, kind) => {
      const tenant = await lived();
      await attack(tenant, statement);
      await expect(tenant.checkpoint()).rejects.toMatchObject({ reason: 'HISTORY_TAMPERED', message: expect.stringContaining('version 1') });
      expect((await tenant.checkpoints()).problem).toMatchObject({ kind, stream_id: `${tenant.id}-odd`, version: 1 });
    });

    it.each([
      ['the newest checkpoint is gone', 'DELETE FROM history.checkpoints WHERE account_id = OWN AND number = 2', 'checkpoint_missing'],
      ['all checkpoints are gone', 'DELETE FROM history.checkpoints WHERE account_id = OWN', 'checkpoint_missing'],
      ['a checkpoint in the middle is gone', 'DELETE FROM history.checkpoints WHERE account_id = OWN AND number = 1', 'checkpoint_missing'],
      ['a checkpoint says something else', `UPDATE history.checkpoints SET content = jsonb_set(content, '{services,3,events}', '3') WHERE account_id = OWN AND number = 2`, 'checkpoint_altered'],
      ['a checkpoint says nothing', `UPDATE history.checkpoints SET content = '[]' WHERE account_id = OWN AND number = 2`, 'checkpoint_altered'],
      ['a checkpoint has another number', `UPDATE history.checkpoints SET number = 3 WHERE account_id = OWN AND number = 2`, 'checkpoint_missing'],
      ['a checkpoint names a place that is none', `UPDATE history.checkpoints SET content = jsonb_set(content, '{services,3,position}', '"nowhere"') WHERE account_id = OWN AND number = 2`, 'checkpoint_altered'],
      ['a signature is another', `UPDATE history.checkpoints SET signature = set_byte(signature, 0, 255 - get_byte(signature, 0)) WHERE account_id = OWN AND number = 2`, 'signature_invalid'],
      ['a seal is gone', `DELETE FROM history.sealed_events WHERE account_id = OWN AND service = 'registry' AND number = 2`, 'seals_altered'],
      [
        'event and seal were changed together',
        `UPDATE EVENTS SET payload = '{}' WHERE tenant = OWN AND version = 1 AND stream_id LIKE '%odd'; UPDATE history.sealed_events SET digest = sha256('x') WHERE account_id = OWN AND service = 'registry' AND number = 1`,
        'seals_altered',
      ],
    ])('are found where %s', async (_what, statement, kind) => {
      const tenant = await lived();
      await tenant.checkpoint();
      await tenant.append('registry', 'odd', happened(5));
      await tenant.checkpoint();
      await attack(tenant, statement);
      await expect(tenant.checkpoint()).rejects.toMatchObject({ reason: 'HISTORY_TAMPERED' });
      expect((await tenant.checkpoints()).problem?.kind).toBe(kind);
    });

    it('are forgotten when they are put right, and history is signed again', async () => {
      const tenant = await lived();
      await tenant.checkpoint();
      await attack(tenant, `UPDATE EVENTS SET payload = jsonb_set(payload, '{number}', '0') WHERE tenant = OWN AND stream_id LIKE '%odd' AND version = 1`);
      await expect(tenant.checkpoint()).rejects.toMatchObject({ reason: 'HISTORY_TAMPERED' });
      await attack(tenant, `UPDATE EVENTS SET payload = jsonb_set(payload, '{number}', '1') WHERE tenant = OWN AND stream_id LIKE '%odd' AND version = 1`);
      expect(await tenant.checkpoint()).toMatchObject({ created: false });
      expect((await tenant.checkpoints()).problem).toBeUndefined();
    });

    it('cannot be checkpoints or seals, without getting past their guard', async () => {
      for (const table of ['checkpoints', 'sealed_events']) {
        await expect(history.dataSource.query(`DELETE FROM history.${table}`)).rejects.toThrow('checkpoints are evidence');
      }
    });
  });
});
