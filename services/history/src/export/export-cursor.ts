import { readPosition } from '@windlass/resource-history';
import { refusal } from '../refusal.js';
import { SOURCE_NAMES } from '../source/event-sources.js';
import { LOG_BEGINNING, type LogPlace } from './covered-log.js';

/** How far an export has been told. */
export interface ExportPlace {
  /** Number of the checkpoint that the export ends with. */
  readonly until: number;
  /** 0 for the checkpoints, then 1 and on for the services in their order. */
  readonly part: number;
  /** In the checkpoints: `number` of the last one told. */
  readonly place: LogPlace;
}

const LARGEST_NUMBER = 2 ** 31 - 1;

export function exportStart(until: number): ExportPlace {
  return { until, part: 0, place: LOG_BEGINNING };
}

export function writeExportCursor({ until, part, place }: ExportPlace): string {
  return Buffer.from(JSON.stringify([until, part, place.number, place.position])).toString('base64url');
}

export function readExportCursor(cursor: string): ExportPlace {
  const [until, part, number, position, ...rest] = partsOf(cursor);
  if (!isNumber(until, LARGEST_NUMBER) || until === 0 || !isNumber(part, SOURCE_NAMES.length) || !isNumber(number, LARGEST_NUMBER) || rest.length > 0) throw invalid();
  const service = SOURCE_NAMES[part - 1];
  if (typeof position !== 'string' || (position !== '' && readPosition(position)?.service !== service)) throw invalid();
  return { until, part, place: { number, position } };
}

function isNumber(value: unknown, largest: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= largest;
}

function partsOf(cursor: string): readonly unknown[] {
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    return Array.isArray(parts) ? (parts as unknown[]) : [];
  } catch {
    return [];
  }
}

function invalid(): Error {
  return refusal('invalid', 'CTS.0400', 'CURSOR_INVALID', 'cursor must be the next_cursor of a page of this export.');
}
