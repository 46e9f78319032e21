import type { ExportHistoryRequest, ExportHistoryResponse, HistoryEvent, HistoryRecord } from '@windlass/contracts/history/v1/checkpoint_service';
import type { RecordedEvent } from '@windlass/contracts/history/v1/event_source_service';
import { canonicalJson } from '@windlass/hash-chain';
import { checkpointMessage } from '../checkpoint/checkpoint-message.js';
import { CheckpointTable } from '../checkpoint/checkpoint-table.js';
import { PlatformSigner } from '../checkpoint/platform-signer.js';
import { refusal } from '../refusal.js';
import { SOURCE_NAMES } from '../source/event-sources.js';
import { CoveredLog, LOG_BEGINNING } from './covered-log.js';
import { exportStart, readExportCursor, writeExportCursor, type ExportPlace } from './export-cursor.js';
import type { JoinedRecord } from './join-records.js';

const FORMAT = 'windlass-history/1';
const DEFAULT_PAGE = 500;
const LARGEST_PAGE = 1_000;

/** The account's whole history up to its newest checkpoint, page by page: what a tenant keeps, and verifies without the platform. */
export class HistoryExport {
  constructor(
    private readonly table: CheckpointTable,
    private readonly log: CoveredLog,
    private readonly signer: PlatformSigner,
  ) {}

  /** CTS.0404 when the account has no checkpoint yet. */
  async page(accountId: string, { limit = DEFAULT_PAGE, cursor }: ExportHistoryRequest): Promise<ExportHistoryResponse> {
    if (limit < 1 || limit > LARGEST_PAGE) throw refusal('invalid', 'CTS.0400', 'LIMIT_INVALID', `limit must be 1 to ${LARGEST_PAGE}.`);
    const from = cursor === '' ? await this.begin(accountId) : readExportCursor(cursor);
    const { records, next } = from.part === 0 ? await this.checkpoints(accountId, from, limit) : await this.events(accountId, from, limit);
    const keys = cursor === '' ? await this.signer.publicKeys() : [];
    return { format: FORMAT, account_id: accountId, keys: [...keys], records, next_cursor: next === undefined ? '' : writeExportCursor(next) };
  }

  private async begin(accountId: string): Promise<ExportPlace> {
    const newest = await this.table.newest(accountId);
    if (newest === undefined) throw refusal('not_found', 'CTS.0404', 'NO_CHECKPOINT', 'The account has no checkpoint yet, and an export ends with one. Make one: POST /windlass/v1/history/checkpoints.');
    return exportStart(newest.content.number);
  }

  private async checkpoints(accountId: string, { until, part, place }: ExportPlace, limit: number): Promise<ExportPage> {
    const found = await this.table.oldestFirst(accountId, place.number, until, limit);
    const records = found.map((checkpoint) => record({ checkpoint: checkpointMessage(checkpoint) }));
    const last = found.at(-1)?.content.number;
    const more = found.length === limit && last !== undefined && last < until;
    return { records, next: more ? { until, part, place: { number: last, position: '' } } : { until, part: 1, place: LOG_BEGINNING } };
  }

  private async events(accountId: string, { until, part, place }: ExportPlace, limit: number): Promise<ExportPage> {
    const service = SOURCE_NAMES[part - 1];
    const [end] = await this.table.oldestFirst(accountId, until - 1, until, 1);
    if (end === undefined) throw refusal('not_found', 'CTS.0404', 'NO_CHECKPOINT', `The account has no checkpoint ${until}. Begin the export again.`);
    const covered = end.content.services.find((candidate) => candidate.service === service);
    const { records, next } = covered === undefined ? { records: [], next: undefined } : await this.log.page(accountId, covered, place, limit);
    const following = part < SOURCE_NAMES.length ? { until, part: part + 1, place: LOG_BEGINNING } : undefined;
    return { records: records.map((joined) => eventRecord(service ?? '', joined)), next: next === undefined ? following : { until, part, place: next } };
  }
}

interface ExportPage {
  readonly records: HistoryRecord[];
  readonly next: ExportPlace | undefined;
}

function record(fields: Partial<HistoryRecord>): HistoryRecord {
  return { checkpoint: undefined, service: '', sealed: undefined, event: undefined, ...fields };
}

function eventRecord(service: string, { sealed, event }: JoinedRecord): HistoryRecord {
  const seal = sealed?.sealed;
  return record({
    service,
    ...(seal === undefined ? {} : { sealed: { position: seal.position, id: seal.id, stream_id: seal.streamId, version: seal.version, digest: seal.digest } }),
    ...(event === undefined ? {} : { event: eventMessage(event) }),
  });
}

/** Without its hashes: against them, whoever knows the rest could try a short secret. */
function eventMessage({ position, id, stream_id, version, type, schema_version, tenant, data, metadata, recorded_at }: RecordedEvent): HistoryEvent {
  return { position, id, stream_id, version, type, schema_version, tenant, data: canonicalText(data), metadata: canonicalText(metadata), recorded_at };
}

function canonicalText(json: string): string {
  return canonicalJson(JSON.parse(json) as unknown);
}
