import { textsOfFields } from '../search/index.js';
import type { LogLine, NewLine } from '../lines/index.js';

/** The field by which VictoriaLogs keeps lines together: the id of their log stream. */
export const STREAM_FIELD = 'log_stream';
/** Every line has it, as a constant that costs nothing: what VictoriaLogs leaves behind of a deleted line has no field at all. */
export const KEPT = 'kept:="1"';
const KEPT_VALUE = '1';
/** VictoriaLogs takes no line without a text. */
const NO_TEXT = '(no text)';
/** Longer lines are found by reading them. */
const LONGEST_INDEXED = 64 * 1024;
const NOT_ASCII = /[^\0-\x7f]/;

/** A line as a JSON object of VictoriaLogs; `_time` is its number, which is a time in nanoseconds. */
export interface StoredLine {
  readonly _time: string;
  readonly _msg: string;
  /** "1" where the line has no text. */
  readonly blank?: '1';
  /** Object of JSON. */
  readonly labels?: string;
}

/** The line as a line of JSON, with what finds it: its words in lower case where it does not have them so itself. */
export function storedLine(streamId: string, number: bigint, { content, labels }: Pick<NewLine, 'content' | 'labels'>): string {
  const labelText = JSON.stringify(labels);
  const isIndexed = content.length <= LONGEST_INDEXED && !labelText.includes('\\') && !NOT_ASCII.test(labelText);
  const words = isIndexed ? wordsOf(content) : content;
  return JSON.stringify({
    _time: String(number),
    [STREAM_FIELD]: streamId,
    kept: KEPT_VALUE,
    _msg: content === '' ? NO_TEXT : content,
    ...(content === '' && { blank: '1' }),
    ...(labelText !== '{}' && { labels: labelText }),
    ...(words !== content && { words }),
    ...(!isIndexed && { unindexed: '1' }),
  });
}

function wordsOf(content: string): string {
  return [content, ...textsOfFields(content)].join('\n').toLowerCase();
}

export function logLine({ _time, _msg, blank, labels }: StoredLine): LogLine {
  return { lineNumber: numberOfTime(_time), content: blank === '1' ? '' : _msg, labels: labels === undefined ? {} : (JSON.parse(labels) as Record<string, string>) };
}

/** RFC 3339 with all nanoseconds, as VictoriaLogs reads and writes times. */
export function timeOfNumber(number: bigint): string {
  const seconds = new Date(Number(number / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(number % 1_000_000_000n).padStart(9, '0')}Z`;
}

export function numberOfTime(time: string): bigint {
  const [seconds, fraction = ''] = time.replace(/Z$/, '').split('.') as [string, string?];
  return BigInt(Date.parse(`${seconds}Z`) / 1000) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}
