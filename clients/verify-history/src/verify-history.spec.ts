import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKPOINT_FORMAT, checkpointHash, nextRoot, NO_CHECKPOINT, NO_ROOT, sealEvent, type CheckpointContent, type ShownEvent } from '@windlass/hash-chain';
import { readKeys } from './read-keys.js';
import { jsonReport, textReport } from './report.js';
import { readArguments, Unusable } from './usage.js';
import { verifyExport } from './verify-export.js';

const platform = generateKeyPairSync('ed25519');
const pem = (key = platform.publicKey): string => key.export({ type: 'spki', format: 'pem' }).toString();

interface Page {
  format: string;
  account_id: string;
  keys: object[];
  records: Record<string, Record<string, unknown> | string>[];
  next_cursor: string;
}

/** An export of so many events, with a checkpoint after each two, as the API answers it. */
function pages(events: number, pageSize = 3): Page[] {
  const shown = Array.from({ length: events }, (_, index): ShownEvent => ({
    position: `iam:${index + 1}.${index + 1}`, id: `e${index}`, streamId: 'user-1', version: index + 1, type: 'UserChanged', schemaVersion: 1, tenant: 'acme', data: { index }, metadata: { actor: 'ann' }, recordedAt: '2026-11-22T09:30:00.000Z',
  }));
  const checkpoints: Page['records'] = [];
  let previousHash = NO_CHECKPOINT;
  for (let end = 2; end <= events; end += 2) {
    const covered = shown.slice(0, end).map(sealEvent);
    const services = [{ service: 'iam', position: covered.at(-1)?.position ?? '', events: end, root: covered.reduce(nextRoot, NO_ROOT) }];
    const content: CheckpointContent = { format: CHECKPOINT_FORMAT, accountId: 'acme', number: end / 2, madeAt: '2026-11-22T10:00:00.000Z', previousHash, services };
    previousHash = checkpointHash(content);
    const { format, accountId: account_id, number, madeAt: made_at } = content;
    const signature = { key_id: 'k1', algorithm: 'ED25519', value: sign(null, Buffer.from(previousHash, 'hex'), platform.privateKey).toString('base64') };
    checkpoints.push({ checkpoint: { format, account_id, number, made_at, previous_hash: content.previousHash, services, hash: previousHash, signature }, service: '' });
  }
  const records = shown.map((event) => {
    const { position, id, streamId: stream_id, version, type, schemaVersion: schema_version, tenant, data, metadata, recordedAt: recorded_at } = event;
    const named = { position, id, stream_id, version };
    return { service: 'iam', sealed: { ...named, digest: sealEvent(event).digest }, event: { ...named, type, schema_version, tenant, data: JSON.stringify(data), metadata: JSON.stringify(metadata), recorded_at } };
  });
  const all = [...checkpoints, ...records];
  const made: Page[] = [];
  for (let from = 0; from < all.length; from += pageSize) made.push({ format: 'windlass-history/1', account_id: 'acme', keys: [], records: all.slice(from, from + pageSize) as Page['records'], next_cursor: from + pageSize < all.length ? 'more' : '' });
  return made;
}

describe('verify-history', () => {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-verify-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  let files = 0;
  const file = (content: string): string => {
    const path = join(directory, `file-${++files}`);
    writeFileSync(path, content);
    return path;
  };
  const exported = (from: readonly Page[]): string => file(from.map((page) => `${JSON.stringify(page)}\n`).join(''));
  const keys = readKeys(file(pem()));
  const eventOf = (from: Page[], version: number) => from.flatMap(({ records }) => records).find(({ event }) => typeof event === 'object' && event['version'] === version) as { event?: Record<string, unknown>; sealed?: Record<string, unknown> };

  it('finds an untouched export intact', async () => {
    const verification = await verifyExport({ exportFile: exported(pages(6)), earlierFile: undefined }, keys);
    expect(verification).toMatchObject({ accountId: 'acme', history: { intact: true, checkpoints: 3, events: 6 } });
    expect(textReport(verification)).toMatch(/^INTACT\n\naccount {6}acme\nevents {7}6\ncheckpoints {2}3, the newest of 2026-11-22T10:00:00.000Z\n/);
    expect(JSON.parse(jsonReport(verification))).toMatchObject({ result: 'intact', account_id: 'acme', found: 0, newest_checkpoint: { number: 3 } });
  });

  it('names the first event that was altered or is missing', async () => {
    const from = pages(6);
    eventOf(from, 3).event!['data'] = '{"index":7}';
    delete eventOf(from, 5).event;
    const verification = await verifyExport({ exportFile: exported(from), earlierFile: undefined }, keys);
    const place = { service: 'iam', stream_id: 'user-1' };
    expect(JSON.parse(jsonReport(verification))).toMatchObject({ result: 'tampered', found: 2, findings: [{ kind: 'altered', ...place, version: 3, position: 'iam:3.3' }, { kind: 'missing', ...place, version: 5 }] });
    expect(textReport(verification)).toMatch(/^TAMPERED WITH: The event iam, stream user-1, version 3, position iam:3.3 was altered/);
  });

  it('finds an export that somebody else signed', async () => {
    const stranger = readKeys(file(pem(generateKeyPairSync('ed25519').publicKey)));
    const { history } = await verifyExport({ exportFile: exported(pages(2)), earlierFile: undefined }, stranger);
    expect(history).toMatchObject({ intact: false, findings: [{ kind: 'signature_invalid', checkpoint: 1 }] });
  });

  it('takes an earlier export as the measure', async () => {
    const kept = exported(pages(6));
    const longer = exported(pages(8));
    expect((await verifyExport({ exportFile: longer, earlierFile: kept }, keys)).history.intact).toBe(true);
    // The newest part was cut off, everywhere and without a trace.
    const shorter = exported(pages(4));
    expect((await verifyExport({ exportFile: shorter, earlierFile: undefined }, keys)).history.intact).toBe(true);
    expect((await verifyExport({ exportFile: shorter, earlierFile: kept }, keys)).history).toMatchObject({ intact: false, findings: [{ kind: 'checkpoint_missing', checkpoint: 3 }] });
    // An event and its seal were changed: the root tells that, and the earlier export which event it was.
    const from = pages(6);
    const { event, sealed } = eventOf(from, 4);
    event!['type'] = 'NeverHappened';
    sealed!['digest'] = 'a'.repeat(64);
    expect((await verifyExport({ exportFile: exported(from), earlierFile: kept }, keys)).history.findings[0]).toMatchObject({ kind: 'altered', streamId: 'user-1', version: 4 });
    await expect(verifyExport({ exportFile: kept, earlierFile: exported(from) }, keys)).rejects.toThrow('not intact itself');
  });

  it('refuses what it cannot use', async () => {
    const verify = (exportFile: string) => verifyExport({ exportFile, earlierFile: undefined }, keys);
    await expect(verify(join(directory, 'nothing'))).rejects.toThrow(Unusable);
    await expect(verify(file(''))).rejects.toThrow('is empty');
    await expect(verify(file('no JSON\n'))).rejects.toThrow('line 1: it is no JSON');
    await expect(verify(file('[]\n'))).rejects.toThrow('is no object');
    await expect(verify(file('{"error_code":"CTS.0403"}\n'))).rejects.toThrow('no page of an export');
    const whole = pages(6);
    await expect(verify(exported(whole.slice(0, -1)))).rejects.toThrow('not whole');
    await expect(verify(exported([...whole, ...whole]))).rejects.toThrow('after the last page');
    await expect(verify(exported([{ ...whole[0]!, account_id: 'other' }, ...whole.slice(1)]))).rejects.toThrow('another account');
    const damaged = pages(2);
    eventOf(damaged, 1).event!['version'] = '1';
    await expect(verify(exported(damaged))).rejects.toThrow('version is no whole number');
    await expect(verify(exported([{ ...whole[0]!, records: [], next_cursor: '' }]))).rejects.toThrow('no checkpoint');
    expect(() => readKeys(file('nothing'))).toThrow('no public key');
    expect(() => readKeys(file(pem(generateKeyPairSync('x25519').publicKey as never)))).toThrow('Ed25519');
    expect(() => readKeys(join(directory, 'nothing'))).toThrow('cannot be read');
  });

  it('reads its command line', () => {
    expect(readArguments(['a', 'b', '--json', '--earlier', 'c'])).toEqual({ exportFile: 'a', keyFile: 'b', earlierFile: 'c', json: true });
    expect(readArguments(['--help'])).toBeUndefined();
    for (const args of [[], ['a'], ['a', 'b', 'c'], ['a', 'b', '--wrong'], ['a', 'b', '--earlier']]) expect(() => readArguments(args)).toThrow(Unusable);
  });
});
