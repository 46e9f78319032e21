import type { LogLine } from '../lines/index.js';
import { jsonField, jsonObject } from '../search/index.js';
import { TIME, type Row } from './evaluate.js';
import type { Value } from './select.js';

/** A line as a row: its labels, then its own fields where it is a JSON object, found without having been declared. */
export class LineRow implements Row {
  private object: Readonly<Record<string, unknown>> | undefined | null = null;

  constructor(private readonly line: LogLine) {}

  field(name: string): Value {
    const { labels, content, lineNumber } = this.line;
    if (Object.hasOwn(labels, name)) return labels[name]!;
    switch (name) {
      case 'content':
        return content;
      case 'line_num':
        return String(lineNumber);
      case TIME:
        return Number(lineNumber / 1_000_000n);
      default: {
        if (this.object === null) this.object = jsonObject(content);
        return this.object === undefined ? null : valueOf(jsonField(this.object, name));
      }
    }
  }

  /** All there is, in the order of the line. */
  all(): Record<string, Value> {
    const { labels, content, lineNumber } = this.line;
    const object = jsonObject(content);
    const fields = object === undefined ? [] : Object.entries(object).map(([name, value]) => [name, valueOf(value)] as const);
    return { ...Object.fromEntries(fields), ...labels, line_num: String(lineNumber), [TIME]: Number(lineNumber / 1_000_000n), ...(object === undefined ? { content } : {}) };
  }
}

function valueOf(value: unknown): Value {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : JSON.stringify(value);
    default:
      return null;
  }
}
