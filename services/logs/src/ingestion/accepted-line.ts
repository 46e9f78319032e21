import type { LogLine } from '@windlass/contracts/logs/v1/log_batch';
import type { NewLine } from '../lines/index.js';

/** A longer line is cut, and says so: nothing a function prints may fill the store or a search's answer. */
export const LONGEST_LINE_BYTES = 64 * 1024;
const LONGEST_VALUE_BYTES = 1024;
const MOST_LABELS = 32;
const LABEL_KEY = /^[A-Za-z0-9_.-]{1,128}$/;

/** The line as it is kept: bounded, and without the NUL characters that text in a database cannot hold. */
export function acceptedLine({ time_unix_nano: time, content, labels }: LogLine): NewLine {
  const kept = Object.entries(labels)
    .filter(([key]) => LABEL_KEY.test(key))
    .slice(0, MOST_LABELS)
    .map(([key, value]) => [key, text(value, LONGEST_VALUE_BYTES)] as const);
  return { time, content: text(content, LONGEST_LINE_BYTES, cutMark), labels: Object.fromEntries(kept) };
}

/** Room for `cutMark` with any number. */
const LONGEST_MARK_BYTES = 64;

function cutMark(bytes: number): string {
  return ` [line cut: ${bytes} bytes more]`;
}

function text(given: string, limit: number, mark?: (bytes: number) => string): string {
  const clean = given.replaceAll('\0', '\uFFFD');
  // No UTF-16 unit takes more than three bytes, so most lines need no counting.
  if (clean.length * 3 <= limit) return clean;
  const bytes = Buffer.from(clean);
  if (bytes.length <= limit) return clean;
  let end = mark === undefined ? limit : limit - LONGEST_MARK_BYTES;
  while (isContinuation(bytes[end])) end -= 1;
  return bytes.toString('utf8', 0, end) + (mark?.(bytes.length - end) ?? '');
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
}
