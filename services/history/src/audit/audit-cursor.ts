import { createHash } from 'node:crypto';
import { refusal } from '../refusal.js';
import { SOURCE_NAMES, type SourceName } from '../source/event-sources.js';

/** How far each service's part of the trail has been told: the position of its last event that was. */
export type ToldUntil = Readonly<Partial<Record<SourceName, string>>>;

/** Instead of a position: there is nothing more of that service. */
export const ENDED = '-';

/** Filters a cursor belongs to: it would mean another place in another list. */
export function fingerprint(filters: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 11);
}

export function writeCursor(told: ToldUntil, filters: string): string {
  return Buffer.from(JSON.stringify([filters, ...SOURCE_NAMES.map((name) => told[name] ?? '')])).toString('base64url');
}

export function readCursor(cursor: string, filters: string): ToldUntil {
  const parts = partsOf(cursor);
  if (parts === undefined) throw refusal('invalid', 'CTS.0400', 'CURSOR_INVALID', 'cursor must be the next_cursor of a page of this list.');
  const [madeFor, ...positions] = parts;
  if (madeFor !== filters) {
    throw refusal('invalid', 'CTS.0400', 'CURSOR_OF_OTHER_LIST', 'cursor belongs to a list with other filters or another order: repeat those with it.');
  }
  // An empty one is a service of which nothing was told yet.
  return Object.fromEntries(SOURCE_NAMES.flatMap((name, index) => (positions[index] ? [[name, positions[index]]] : [])));
}

function partsOf(cursor: string): readonly string[] | undefined {
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    const fits = Array.isArray(parts) && parts.length === SOURCE_NAMES.length + 1 && parts.every((part) => typeof part === 'string');
    return fits ? (parts as string[]) : undefined;
  } catch {
    return undefined;
  }
}
