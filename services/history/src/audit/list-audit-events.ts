import { Injectable } from '@nestjs/common';
import type { ListAuditEventsRequest, ListAuditEventsResponse } from '@windlass/contracts/history/v1/audit_service';
import { readPosition, readTime, writePosition } from '@windlass/resource-history';
import type { CallContext } from '@windlass/principal';
import { refusal } from '../refusal.js';
import { EventSources } from '../source/event-sources.js';
import { ENDED, fingerprint, readCursor, writeCursor } from './audit-cursor.js';
import { mergeEvents } from './merge-events.js';
import { readAddress } from './read-address.js';

const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 200;

/** The audit trail of the caller's account: what each service tells of it, as one list. */
@Injectable()
export class AuditTrail {
  constructor(private readonly sources: EventSources) {}

  async list(caller: CallContext, request: ListAuditEventsRequest): Promise<ListAuditEventsResponse> {
    const order = orderOf(request.order);
    const limit = request.limit ?? DEFAULT_PAGE;
    if (limit < 1 || limit > LARGEST_PAGE) throw invalid('LIMIT_INVALID', `limit must be 1 to ${LARGEST_PAGE}.`);
    requireRange(request);
    const { from, until, actor, request_id, event_type, resource_type, resource_id } = request;
    if (resource_id !== '' && resource_type === '') throw invalid('RESOURCE_TYPE_MISSING', 'resource_id needs resource_type beside it.');
    const source_ip = sourceIpOf(request);
    const filters = { from, until, actor, request_id, event_type, resource_type, resource_id, source_ip };
    // Cursors are kept for long by whoever follows a trail: those of before there was the filter go on without it.
    const mark = fingerprint([order, from, until, actor, request_id, event_type, resource_type, resource_id, ...(source_ip === '' ? [] : [source_ip])]);
    const told = { ...(request.cursor === '' ? {} : readCursor(request.cursor, mark)) };

    const settings = this.sources.onBehalf(caller);
    const parts = await Promise.all(
      this.sources.all.map(async ({ name, service }) => ({
        name,
        events: told[name] === ENDED ? [] : (await service.listSourceEvents({ order, after: told[name] ?? '', limit, ...filters }, settings)).events,
      })),
    );
    // Newest first the list is what there was when its first page was read: what happens later is in no page of it.
    if (order === 'newest') for (const { name, events } of parts) told[name] ??= events[0] === undefined ? ENDED : justBeyond(events[0].position);
    const merged = mergeEvents(parts, order, limit);
    for (const { part, event } of merged) told[part as (typeof parts)[number]['name']] = event.position;
    // Newest first there is an end. Oldest first what happens later comes after it.
    const ended = order === 'newest' && merged.length === parts.reduce((sum, { events }) => sum + events.length, 0) && merged.length < limit;
    return { events: merged.map(({ event }) => event), next_cursor: ended ? '' : writeCursor(told, mark) };
  }
}

/** The place after which, newest first, the event at the position comes. */
function justBeyond(text: string): string {
  const position = readPosition(text);
  if (position === undefined) throw new Error(`"${text}" is no position`);
  return writePosition(position.service, { ...position, globalPosition: position.globalPosition + 1n });
}

function orderOf(text: string): 'newest' | 'oldest' {
  if (text === '' || text === 'newest') return 'newest';
  if (text === 'oldest') return 'oldest';
  throw invalid('ORDER_INVALID', 'order must be "newest" or "oldest".');
}

function sourceIpOf({ source_ip: text }: ListAuditEventsRequest): string {
  const address = text === '' ? '' : readAddress(text);
  if (address === undefined) throw invalid('SOURCE_IP_INVALID', 'source_ip must be one IP address, such as 192.0.2.1 or 2001:db8::1.');
  return address;
}

function requireRange({ from, until }: ListAuditEventsRequest): void {
  for (const [name, text] of Object.entries({ from, until })) {
    if (text !== '' && readTime(text) === undefined) throw invalid('TIME_INVALID', `${name} must be a time such as 2026-11-22T09:30:00Z (RFC 3339).`);
  }
  const [first, last] = [readTime(from), readTime(until)];
  if (first && last && first >= last) throw invalid('RANGE_INVALID', 'from must be earlier than until.');
}

function invalid(reason: string, message: string): Error {
  return refusal('invalid', 'CTS.0400', reason, message);
}
