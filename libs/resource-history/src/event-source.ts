import type { AuditEvent } from '@windlass/contracts/history/v1/audit_service';
import type { DiffResourceResponse, ListSourceEventsRequest, RecordedEvent as RecordedMessage, ShowResourceAtResponse } from '@windlass/contracts/history/v1/event_source_service';
import { chainHash, sealSecrets } from '@windlass/hash-chain';
import { BEGINNING, type Position, type RecordedEvent, type StoredEvent } from '@windlass/event-store';
import { asJson, fieldChanges, hideValues, type FieldChange, type JsonObject } from './field-changes.js';
import type { History } from './history.js';
import type { HistoryResource, ResourceView } from './history-resource.js';
import type { Moment } from './moment.js';
import { readPosition, writePosition } from './position-text.js';
import { readTime } from './read-time.js';

const LARGEST_PAGE = 1_000;
const NOTHING_SECRET: ReadonlySet<string> = new Set();

/** A service's part in the history of accounts. */
export class EventSource {
  private readonly sealingKey: Buffer;

  /** `sealingKey` seals what is secret in events. It must stay the same: seals are compared with those of years ago. */
  constructor(
    private readonly history: History,
    private readonly resources: readonly HistoryResource[],
    sealingKey?: Buffer,
  ) {
    if (sealingKey === undefined && resources.some(({ secret = [] }) => secret.length > 0)) throw new Error('Events with secrets need a key that seals them.');
    this.sealingKey = sealingKey ?? Buffer.alloc(0);
  }

  async list(tenant: string, request: ListSourceEventsRequest): Promise<AuditEvent[]> {
    const wanted = this.wantedStreams(request);
    if (wanted === undefined) return [];
    const events = await this.history.store.readTenant({
      tenant,
      order: request.order === 'oldest' ? 'oldest' : 'newest',
      after: this.position(request.after),
      limit: Math.min(request.limit, LARGEST_PAGE),
      from: this.time(request.from),
      until: this.time(request.until),
      actor: request.actor || undefined,
      requestId: request.request_id || undefined,
      sourceAddress: request.source_ip || undefined,
      type: request.event_type || undefined,
      ...wanted,
    });
    return this.describe(tenant, events);
  }

  async show(tenant: string, type: string, id: string, asOf: string): Promise<ShowResourceAtResponse> {
    const resource = this.resources.find((candidate) => candidate.type === type);
    if (resource === undefined) return { known_type: false, resource: undefined, name: '', at: '' };
    const moment = await this.history.moment(tenant, asOf);
    const view = await this.viewAt(resource, tenant, id, moment);
    const shown = view && withoutValues(asJson(view.fields), resource.hidden);
    return { known_type: true, resource: shown, name: view?.name ?? '', at: moment.at.toISOString() };
  }

  async diff(tenant: string, type: string, id: string, from: string, to: string): Promise<DiffResourceResponse> {
    const resource = this.resources.find((candidate) => candidate.type === type);
    if (resource === undefined) return { known_type: false, from: '', to: '', existed_from: false, existed_to: false, changes: [] };
    const first = await this.history.moment(tenant, from, 'from');
    const last = to === '' ? this.history.now() : await this.history.moment(tenant, to, 'to');
    const before = await this.viewAt(resource, tenant, id, first);
    const after = await this.viewAt(resource, tenant, id, last);
    const changed = hideValues(fieldChanges(asJson(before?.fields ?? {}), asJson(after?.fields ?? {})), resource.hidden ?? []);
    return {
      known_type: true,
      from: first.at.toISOString(),
      to: last.at.toISOString(),
      existed_from: before !== undefined,
      existed_to: after !== undefined,
      changes: changed.map(asMessage),
    };
  }

  /** The account's part of the log as far as it is settled, secrets sealed; whether there is more of it until then. */
  async log(tenant: string, after: string, limit: number, until: string): Promise<{ readonly events: readonly RecordedMessage[]; readonly hasMore: boolean }> {
    const wanted = Math.min(limit, LARGEST_PAGE);
    // One more than asked for tells whether there are more.
    const found = await this.history.store.readTenantRecords({ tenant, order: 'oldest', after: this.position(after), upTo: this.position(until), limit: wanted + 1 });
    return { events: found.slice(0, wanted).map((event) => this.recorded(event)), hasMore: found.length > wanted };
  }

  async changedTenants(after: string, limit: number): Promise<{ tenants: readonly string[]; end: string }> {
    const { tenants, end } = await this.history.store.changedTenants(this.position(after) ?? BEGINNING, Math.min(limit, LARGEST_PAGE));
    return { tenants, end: writePosition(this.history.service, end) };
  }

  private async viewAt(resource: HistoryResource, tenant: string, id: string, moment: Moment): Promise<ResourceView | undefined> {
    const streamId = resource.streamOf(id);
    const state = streamId === undefined ? undefined : await this.history.stateAt(resource, tenant, streamId, moment);
    return state === undefined ? undefined : resource.view(state);
  }

  /** Which streams a filter by resource leaves; undefined for none of this service's. */
  private wantedStreams({ resource_type: type, resource_id: id }: ListSourceEventsRequest): { streamPrefix?: string; streamId?: string } | undefined {
    if (type === '') return {};
    const resource = this.resources.find((candidate) => candidate.type === type);
    if (resource === undefined) return undefined;
    if (id === '') return { streamPrefix: resource.streamPrefix };
    const streamId = resource.streamOf(id);
    return streamId === undefined ? undefined : { streamId };
  }

  /** Tells of each event what it changed, which the states before and after it show. */
  private async describe(tenant: string, events: readonly StoredEvent[]): Promise<AuditEvent[]> {
    const described = new Map<string, AuditEvent>();
    for (const [streamId, ofStream] of byStream(events)) {
      const resource = this.resources.find(({ streamPrefix }) => streamId.startsWith(streamPrefix));
      const wanted = new Set(ofStream.map(({ version }) => version));
      const last = Math.max(...wanted);
      let state = resource?.initial;
      let before: ResourceView | undefined;
      let known: ResourceView | undefined;
      for (const event of resource === undefined ? ofStream : await this.history.store.load(streamId)) {
        if (event.version > last || event.tenant !== tenant) continue;
        state = resource?.evolve(state, event);
        const after = resource?.view(state);
        // What ends keeps the name it had.
        known = after ?? known;
        if (wanted.has(event.version)) described.set(event.id, this.audited(event, resource, known, changes(before, after, resource?.hidden)));
        before = after;
      }
    }
    return events.flatMap(({ id }) => described.get(id) ?? []);
  }

  private audited(event: StoredEvent, resource: HistoryResource | undefined, view: ResourceView | undefined, changed: readonly FieldChange[]): AuditEvent {
    const { actor, actorName = '', actorDomain = '', agency = '', accessKey = '', sourceAddress = '', userAgent = '', requestId } = event.metadata;
    return {
      id: event.id,
      time: event.recordedAt.toISOString(),
      position: writePosition(this.history.service, event),
      type: event.type,
      resource: {
        type: resource?.type ?? '',
        id: view?.id ?? event.streamId,
        name: view?.name ?? '',
        project_id: view?.projectId ?? '',
        revision: event.version,
      },
      actor: { id: actor, name: actorName, domain_id: actorDomain, agency_name: agency, access_key: accessKey },
      source_address: sourceAddress,
      user_agent: userAgent,
      request_id: requestId,
      changes: changed.map(asMessage),
    };
  }

  private recorded(event: RecordedEvent): RecordedMessage {
    const { secret } = this.resources.find(({ streamPrefix }) => event.streamId.startsWith(streamPrefix)) ?? {};
    return {
      position: writePosition(this.history.service, placeOf(event)),
      id: event.id,
      stream_id: event.streamId,
      version: event.version,
      type: event.type,
      schema_version: event.schemaVersion,
      tenant: event.tenant,
      data: JSON.stringify(sealSecrets(event.data, secret === undefined ? NOTHING_SECRET : new Set(secret), this.sealingKey, event.id)),
      metadata: JSON.stringify(event.metadata),
      recorded_at: timeText(event.recordedAt),
      previous_hash: event.previousHash,
      hash: event.hash,
      hash_holds: hashHolds(event),
    };
  }

  private position(text: string): Position | undefined {
    if (text === '') return undefined;
    const position = readPosition(text);
    if (position?.service !== this.history.service) throw this.history.invalid('POSITION_INVALID', `"${text.slice(0, 64)}" is no position of the service "${this.history.service}".`);
    return position;
  }

  private time(text: string): Date | undefined {
    if (text === '') return undefined;
    const time = readTime(text);
    if (time === undefined) throw this.history.invalid('TIME_INVALID', `"${text.slice(0, 64)}" is no time as RFC 3339 writes it.`);
    return time;
  }
}

function changes(before: ResourceView | undefined, after: ResourceView | undefined, hidden: readonly string[] = []): readonly FieldChange[] {
  // That everything is gone needs no list of everything.
  if (after === undefined) return [];
  return hideValues(fieldChanges(asJson(before?.fields ?? {}), asJson(after.fields)), hidden);
}

function asMessage({ field, old, new: now }: FieldChange): AuditEvent['changes'][number] {
  return { field, old, new: now };
}

/** That a hidden field has a value is told, not which. */
function withoutValues(fields: JsonObject, hidden: readonly string[] = []): JsonObject {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, hidden.includes(name) && value !== '' ? '***' : value]));
}

function byStream(events: readonly StoredEvent[]): ReadonlyMap<string, readonly StoredEvent[]> {
  const streams = new Map<string, StoredEvent[]>();
  for (const event of events) streams.set(event.streamId, [...(streams.get(event.streamId) ?? []), event]);
  return streams;
}

/** A row that somebody got at may hold a time that is none ("infinity"), which is told as it is. */
function timeText(time: Date): string {
  return time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : String(time);
}

function hashHolds(event: RecordedEvent): boolean {
  try {
    return event.hash.equals(chainHash(event.previousHash, event));
  } catch {
    // There is no hash of what has no JSON form.
    return false;
  }
}

function placeOf({ transactionId, globalPosition }: RecordedEvent): Position {
  return { transactionId: BigInt(transactionId), globalPosition: BigInt(globalPosition) };
}
