import type { LogLine } from '../lines/index.js';
import type { TransferSettings } from './transfer.decider.js';

/** Characters of the lines of an object, before it is compressed; a single line may be longer. */
export const LONGEST_OBJECT = 16 * 1024 * 1024;

/** Lines that become one object. */
export interface ObjectLines {
  readonly key: string;
  readonly text: string;
}

/**
 * Cuts lines that come in order into objects: a new one for each hour, and where one would grow too large. The same lines under the same
 * settings are cut alike, into objects of the same names: what is shipped again replaces what was shipped before.
 */
export class ObjectCutter {
  private readonly folderOf: (milliseconds: number) => string;
  private folder = '';
  private first: bigint | undefined;
  private parts: string[] = [];
  private characters = 0;

  constructor(
    private readonly settings: Pick<TransferSettings, 'format' | 'namePrefix' | 'folder' | 'timeZone'>,
    private readonly names: { readonly group: string; readonly stream: string },
  ) {
    this.folderOf = hourFolders(settings.timeZone);
  }

  /** Takes a line; answers the object that ended before it, if one did. */
  add(line: LogLine): ObjectLines | undefined {
    const folder = this.folderOf(Number(line.lineNumber / 1_000_000n));
    const text = this.settings.format === 'RAW' ? line.content : JSON.stringify({ content: line.content, line_num: String(line.lineNumber), labels: line.labels });
    const ended = this.first !== undefined && (folder !== this.folder || this.characters + text.length > LONGEST_OBJECT) ? this.end() : undefined;
    this.first ??= line.lineNumber;
    this.folder = folder;
    this.parts.push(text);
    this.characters += text.length + 1;
    return ended;
  }

  /** The object of the lines since the last one, if there are any. */
  end(): ObjectLines | undefined {
    if (this.first === undefined) return undefined;
    const { folder, namePrefix } = this.settings;
    const key = `${folder}${this.names.group}/${this.names.stream}/${this.folder}/${namePrefix}${this.first}.${this.settings.format === 'RAW' ? 'log' : 'jsonl'}.gz`;
    const text = `${this.parts.join('\n')}\n`;
    this.first = undefined;
    this.parts = [];
    this.characters = 0;
    return { key, text };
  }
}

/** Year, month, day and hour of a time in a zone, as folders. */
function hourFolders(timeZone: string): (milliseconds: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', hourCycle: 'h23' });
  let [known, folder] = [Number.NaN, ''];
  return (milliseconds) => {
    // Zones change their offset on whole quarters of an hour at the finest.
    const quarter = Math.floor(milliseconds / 900_000);
    if (quarter === known) return folder;
    const parts = Object.fromEntries(format.formatToParts(quarter * 900_000).map(({ type, value }) => [type, value]));
    [known, folder] = [quarter, `${parts['year']}/${parts['month']}/${parts['day']}/${parts['hour']}`];
    return folder;
  };
}
