import { refusal } from '../refusal.js';
import { MINUTES_KEPT_MS } from './invocation-tallies.js';
import { MINUTE_MS } from './invocation-tally.js';

export const METRICS = ['failcount', 'count', 'rejectcount', 'duration', 'maxDuration'] as const;
export type Metric = (typeof METRICS)[number];

const MOST_MINUTES = MINUTES_KEPT_MS / MINUTE_MS;
const USUAL_MINUTES = 60;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How many months each option means, and whether the present one is the last of them. */
const OPTIONS: Readonly<Record<string, { readonly months: number; readonly before: number }>> = {
  0: { months: 1, before: 0 },
  1: { months: 1, before: 1 },
  2: { months: 3, before: 0 },
  3: { months: 6, before: 0 },
};

/** Minutes; FSS.1001 for what is none. */
export function readPeriod(text: string): number {
  if (text === '') return USUAL_MINUTES;
  const minutes = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (minutes < 1 || minutes > MOST_MINUTES) throw invalid(`period is ${quoted(text)}. Use a number of minutes from 1 to ${MOST_MINUTES}.`);
  return minutes;
}

/** Whole months in UTC. */
export interface Months {
  readonly first: Date;
  /** The day after the last. */
  readonly end: Date;
}

export function readMonths(option: string, now: Date): Months {
  const found = OPTIONS[option === '' ? '0' : option];
  if (found === undefined) throw invalid(`option is ${quoted(option)}. Use 0 for this month, 1 for the last one, 2 for three months, 3 for six.`);
  const month = now.getUTCMonth() - found.before;
  return { first: new Date(Date.UTC(now.getUTCFullYear(), month - found.months + 1, 1)), end: new Date(Date.UTC(now.getUTCFullYear(), month + 1, 1)) };
}

export function readMetric(type: string): Metric {
  const metric = METRICS.find((known) => known === (type === '' ? 'failcount' : type));
  if (metric === undefined) throw invalid(`type is ${quoted(type)}. Use one of ${METRICS.join(', ')}.`);
  return metric;
}

/** The last day unless told; only minutes that are kept are in it. */
export function readTimes({ start_time, end_time }: { readonly start_time: string; readonly end_time: string }, now: number): { readonly start: Date; readonly end: Date } {
  const end = readTime('end_time', end_time, now);
  const start = readTime('start_time', start_time, end - DAY_MS);
  if (start >= end) throw invalid('start_time is not before end_time.');
  return { start: new Date(start), end: new Date(end) };
}

export function readLimit(text: string): number {
  const limit = text === '' ? 10 : /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 100) throw invalid(`limit is ${quoted(text)}. Use a number from 1 to 100.`);
  return limit;
}

export function unknownFilter(filter: string): Error {
  return invalid(`filter is ${quoted(filter)}. Use monitor_data or monthly_report.`);
}

function readTime(field: string, text: string, usual: number): number {
  if (text === '') return usual;
  if (!/^\d{1,13}$/.test(text)) throw invalid(`${field} is ${quoted(text)}. Use milliseconds since 1970.`);
  return Number(text);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

function invalid(message: string): Error {
  return refusal('invalid', 'FSS.1001', 'QUERY_PARAMETER_INVALID', message);
}
