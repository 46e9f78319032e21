import { firstLineNumber, lastLineNumber } from '../lines/index.js';
import { invalidField } from '../refusal.js';

const LONGEST_WINDOW_DAYS = 180;
const MOST_LABELS = 32;

/** Line numbers, both inclusive. */
export interface Window {
  readonly from: bigint;
  readonly to: bigint;
}

export function isAbsent(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

/** The window of a search: milliseconds since the epoch, as numbers or as text, both inclusive. */
export function readWindow(request: { readonly start_time?: unknown; readonly end_time?: unknown }): Window {
  const start = milliseconds('start_time', request.start_time);
  const end = milliseconds('end_time', request.end_time);
  if (start > end) throw invalidField('start_time', 'is not later than end_time');
  if (end - start > LONGEST_WINDOW_DAYS * 24 * 60 * 60_000) throw invalidField('end_time', `is at most ${LONGEST_WINDOW_DAYS} days after start_time`);
  return { from: firstLineNumber(start), to: lastLineNumber(end) };
}

function milliseconds(field: string, value: unknown): number {
  if (isAbsent(value) || !/^\d{1,13}$/.test(String(value))) throw invalidField(field, 'is a time in milliseconds since the epoch');
  return Number(value);
}

export function readFlag(field: string, value: unknown, absent: boolean): boolean {
  if (isAbsent(value)) return absent;
  const text = String(value).toLowerCase();
  if (text !== 'true' && text !== 'false') throw invalidField(field, 'is true or false');
  return text === 'true';
}

/** A whole number, as a number or as text. */
export function readNumber(field: string, value: unknown, { absent, least, most }: { readonly absent: number; readonly least: number; readonly most: number }): number {
  if (isAbsent(value)) return absent;
  const number = /^\d{1,15}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) throw invalidField(field, `is a number from ${least} to ${most}`);
  return number;
}

/** A line number: text, since as a JSON number it has lost its last digits and would skip or repeat lines. */
export function readLineNumber(value: unknown): bigint {
  if (typeof value !== 'string' || !/^\d{19}$/.test(value)) throw invalidField('line_num', 'is the text of 19 digits that a row of an answer had');
  return BigInt(value);
}

export function readLabels(value: unknown): Record<string, string> {
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
