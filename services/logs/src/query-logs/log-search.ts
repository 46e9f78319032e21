import type { QueryLogsRequest } from '@windlass/contracts/logs/v1/log_service';
import { firstLineNumber, lastLineNumber } from '../lines/index.js';
import { invalidField } from '../refusal.js';
import { parse, type Expression } from '../search/index.js';

const LONGEST_WINDOW_DAYS = 180;
const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 5000;
const MOST_LABELS = 32;

/** What a query asks for, free of the many ways a client may spell it. */
export interface LogSearch {
  /** Line numbers of the window, both inclusive. */
  readonly from: bigint;
  readonly to: bigint;
  readonly labels: Readonly<Record<string, string>>;
  readonly expression: Expression | undefined;
  readonly descending: boolean;
  readonly count: boolean;
  readonly limit: number;
  /** The page after or before a line, seen in the order of the rows; without a cursor, the first page. */
  readonly cursor: { readonly lineNumber: bigint; readonly direction: 'forwards' | 'backwards' } | undefined;
  readonly highlight: boolean;
}

/** Reads a query. Clients send numbers and booleans as text or as themselves; both are taken. Fails with LTS.0009. */
export function readSearch(request: QueryLogsRequest): LogSearch {
  const start = milliseconds('start_time', request.start_time);
  const end = milliseconds('end_time', request.end_time);
  if (start > end) throw invalidField('start_time', 'is not later than end_time');
  if (end - start > LONGEST_WINDOW_DAYS * 24 * 60 * 60_000) throw invalidField('end_time', `is at most ${LONGEST_WINDOW_DAYS} days after start_time`);
  return {
    from: firstLineNumber(start),
    to: lastLineNumber(end),
    labels: labels(request.labels),
    expression: parse(request.keywords),
    descending: flag('is_desc', request.is_desc, false),
    count: flag('is_count', request.is_count, false),
    limit: limit(request.limit),
    cursor: cursor(request.line_num, request.search_type),
    highlight: flag('highlight', request.highlight, true),
  };
}

function isAbsent(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

function milliseconds(field: string, value: unknown): number {
  if (isAbsent(value) || !/^\d{1,13}$/.test(String(value))) throw invalidField(field, 'is a time in milliseconds since the epoch');
  return Number(value);
}

function flag(field: string, value: unknown, absent: boolean): boolean {
  if (isAbsent(value)) return absent;
  const text = String(value).toLowerCase();
  if (text !== 'true' && text !== 'false') throw invalidField(field, 'is true or false');
  return text === 'true';
}

function limit(value: unknown): number {
  if (isAbsent(value)) return DEFAULT_LIMIT;
  const number = /^\d{1,4}$/.test(String(value)) ? Number(value) : 0;
  if (number < 1 || number > HIGHEST_LIMIT) throw invalidField('limit', `is a number from 1 to ${HIGHEST_LIMIT}`);
  return number;
}

function labels(value: unknown): Record<string, string> {
  if (isAbsent(value)) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidField('labels', 'is an object of label names and values');
  const entries = Object.entries(value as object);
  if (entries.length > MOST_LABELS) throw invalidField('labels', `has at most ${MOST_LABELS} labels`);
  return Object.fromEntries(entries.map(([key, wanted]) => [key, label(key, wanted)]));
}

function label(key: string, value: unknown): string {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof text !== 'string' || `${key}${text}`.includes('\0')) throw invalidField('labels', 'has values that are text');
  return text;
}

/** A cursor without a search_type goes forwards, as clients that page by line_num alone expect. */
function cursor(lineNumber: unknown, searchType: string): LogSearch['cursor'] {
  if (searchType !== '' && searchType !== 'init' && searchType !== 'forwards' && searchType !== 'backwards') {
    throw invalidField('search_type', 'is init, forwards or backwards');
  }
  if (searchType === 'init') return undefined;
  if (isAbsent(lineNumber)) {
    if (searchType === 'backwards') throw invalidField('line_num', 'says where to go backwards from');
    return undefined;
  }
  // As a JSON number it has lost its last digits, and would skip or repeat lines.
  if (typeof lineNumber !== 'string' || !/^\d{19}$/.test(lineNumber)) throw invalidField('line_num', 'is the text of 19 digits that a row of the last answer had');
  return { lineNumber: BigInt(lineNumber), direction: searchType === 'backwards' ? 'backwards' : 'forwards' };
}
