import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Checkpoint, CheckpointContent, EventRecord, SealedEvent, ShownEvent } from '@windlass/hash-chain';
import { Unusable } from './usage.js';

export type ExportRecord = { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint } | ({ readonly kind: 'event' } & EventRecord);

/** A page of an export. */
export interface ExportPage {
  readonly accountId: string;
  readonly records: readonly ExportRecord[];
}

const FORMAT = 'windlass-history/1';
type Fields = Readonly<Record<string, unknown>>;

/** The pages of an export, one JSON object a line. Fails as unusable on anything else, and when the last page is not the last. */
export async function* readExport(file: string): AsyncGenerator<ExportPage, void, void> {
  let next: string | undefined;
  let account: string | undefined;
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line.trim() === '') continue;
    const at = new Place(file, number);
    const page = at.object(at.json(line), 'the page');
    if (page['format'] !== FORMAT) throw at.unusable(`it is no page of an export (its format is not "${FORMAT}")`);
    const accountId = at.text(page, 'account_id');
    if (account !== undefined && account !== accountId) throw at.unusable(`it is of another account than the pages before it`);
    if (next === '') throw at.unusable('there is something after the last page: an export belongs in a file of its own');
    account = accountId;
    next = at.text(page, 'next_cursor');
    yield { accountId, records: at.list(page, 'records').map((record) => readRecord(at, at.object(record, 'a record'))) };
  }
  if (next === undefined) throw new Unusable(`${file} is empty.`);
  if (next !== '') throw new Unusable(`${file} is not whole: pages are missing at its end.`);
}

async function* linesOf(file: string): AsyncGenerator<string, void, void> {
  const input = createReadStream(file, 'utf8');
  try {
    yield* createInterface({ input, crlfDelay: Infinity });
  } catch (error) {
    throw new Unusable(`${file} cannot be read: ${(error as Error).message}`);
  } finally {
    input.destroy();
  }
}

function readRecord(at: Place, record: Fields): ExportRecord {
  if (record['checkpoint'] !== undefined) return { kind: 'checkpoint', checkpoint: readCheckpoint(at, at.object(record['checkpoint'], 'checkpoint')) };
  const [sealed, event] = [record['sealed'], record['event']];
  if (sealed === undefined && event === undefined) throw at.unusable('a record is neither a checkpoint nor an event');
  return {
    kind: 'event',
    service: at.text(record, 'service'),
    sealed: sealed === undefined ? undefined : readSealed(at, at.object(sealed, 'sealed')),
    event: event === undefined ? undefined : readEvent(at, at.object(event, 'event')),
  };
}

function readCheckpoint(at: Place, fields: Fields): Checkpoint {
  const signature = at.object(fields['signature'], 'signature');
  const services = at.list(fields, 'services').map((part) => {
    const service = at.object(part, 'services');
    return { service: at.text(service, 'service'), position: at.text(service, 'position'), events: at.number(service, 'events'), root: at.hex(service, 'root') };
  });
  return {
    content: {
      format: at.text(fields, 'format') as CheckpointContent['format'],
      accountId: at.text(fields, 'account_id'),
      number: at.number(fields, 'number'),
      madeAt: at.text(fields, 'made_at'),
      previousHash: at.hex(fields, 'previous_hash'),
      services,
    },
    hash: at.hex(fields, 'hash'),
    signature: { keyId: at.text(signature, 'key_id'), algorithm: at.text(signature, 'algorithm'), value: Buffer.from(at.text(signature, 'value'), 'base64') },
  };
}

function readSealed(at: Place, fields: Fields): SealedEvent {
  return { position: at.text(fields, 'position'), id: at.text(fields, 'id'), streamId: at.text(fields, 'stream_id'), version: at.number(fields, 'version'), digest: at.hex(fields, 'digest') };
}

function readEvent(at: Place, fields: Fields): ShownEvent {
  return {
    position: at.text(fields, 'position'),
    id: at.text(fields, 'id'),
    streamId: at.text(fields, 'stream_id'),
    version: at.number(fields, 'version'),
    type: at.text(fields, 'type'),
    schemaVersion: at.number(fields, 'schema_version'),
    tenant: at.text(fields, 'tenant'),
    data: at.json(at.text(fields, 'data')),
    metadata: at.json(at.text(fields, 'metadata')),
    recordedAt: at.text(fields, 'recorded_at'),
  };
}

/** Reads values at a line of a file, and says where when they are not what they should be. */
class Place {
  constructor(
    private readonly file: string,
    private readonly line: number,
  ) {}

  json(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.unusable('it is no JSON');
    }
  }

  object(value: unknown, name: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.unusable(`${name} is no object`);
    return value as Fields;
  }

  list(fields: Fields, name: string): readonly unknown[] {
    const value = fields[name];
    if (!Array.isArray(value)) throw this.unusable(`${name} is no list`);
    return value as unknown[];
  }

  text(fields: Fields, name: string): string {
    const value = fields[name];
    if (typeof value !== 'string') throw this.unusable(`${name} is no text`);
    return value;
  }

  number(fields: Fields, name: string): number {
    const value = fields[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw this.unusable(`${name} is no whole number`);
    return value;
  }

  hex(fields: Fields, name: string): string {
    const value = this.text(fields, name);
    if (!/^[0-9a-f]{64}$/.test(value)) throw this.unusable(`${name} is no hash of 64 hex digits`);
    return value;
  }

  unusable(problem: string): Unusable {
    return new Unusable(`${this.file}, line ${this.line}: ${problem}.`);
  }
}
