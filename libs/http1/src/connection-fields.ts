import { listMembers } from './field-syntax.js';
import { flat } from './flat-text.js';
import type { HttpVersion } from './framing.js';
import type { HeaderField, HeaderList } from './header-list.js';

// Fields that speak to the next hop only (RFC 9110, 7.6.1), and the ones older proxies invented.
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

// A sender may not have these removed by naming them in Connection: the body would lose its length, the request its host.
const NEVER_REMOVED: ReadonlySet<string> = new Set(['content-length', 'host']);

export interface ConnectionOptions {
  readonly keepAlive: boolean;
  /** The first protocol asked for in Upgrade, in lower case, when Connection announces it. */
  readonly upgrade: string | undefined;
}

const PERSISTENT: ConnectionOptions = { keepAlive: true, upgrade: undefined };
const CLOSING: ConnectionOptions = { keepAlive: false, upgrade: undefined };

export function connectionOptions(headers: HeaderList, version: HttpVersion): ConnectionOptions {
  if (!headers.has('connection')) return version === '1.1' ? PERSISTENT : CLOSING;
  const options = connectionMembers(headers);
  const keepAlive = !options.includes('close') && (version === '1.1' || options.includes('keep-alive'));
  const upgrade =
    version === '1.1' && options.includes('upgrade')
      ? listMembers(headers.getAll('upgrade'))[0]?.toLowerCase()
      : undefined;
  return { keepAlive, upgrade };
}

/**
 * The fields a proxy passes on: all but those that speak to the next hop, which are the well-known ones and those the
 * sender lists in Connection. A proxy adds its own fields to the result, never before: a field added earlier could be
 * removed by a sender that names it. Content-Length stays; a chunked body needs its Transfer-Encoding added again.
 */
export function endToEndFields(headers: HeaderList): HeaderField[] {
  const passes = endToEndFilter(headers);
  return headers.fields.filter((_, index) => passes(headers.lowerName(index)));
}

/**
 * The same as lines, ready to be written: a field that was read need not be checked or copied again. `keep` is asked about
 * each field that remains, by its name in lower case; it always says the same, and need not be asked again about the same fields.
 */
export function endToEndLines(headers: HeaderList, keep: (lowerName: string) => boolean): string {
  const { lastLines } = headers;
  if (lastLines?.keep === keep) {
    // What is written a second time will be written a third time.
    if (!lastLines.written) flat(lastLines.text);
    lastLines.written = true;
    return lastLines.text;
  }
  const passes = endToEndFilter(headers);
  let text = '';
  for (let index = 0; index < headers.length; index += 1) {
    const name = headers.lowerName(index);
    if (passes(name) && keep(name)) text += headers.line(index);
  }
  headers.lastLines = { keep, text, written: false };
  return text;
}

function endToEndFilter(headers: HeaderList): (lowerName: string) => boolean {
  if (!headers.has('connection')) return isEndToEnd;
  const listed = connectionMembers(headers).filter((name) => !NEVER_REMOVED.has(name) && !HOP_BY_HOP.has(name));
  return listed.length === 0 ? isEndToEnd : (name) => isEndToEnd(name) && !listed.includes(name);
}

function isEndToEnd(lowerName: string): boolean {
  return !HOP_BY_HOP.has(lowerName);
}

function connectionMembers(headers: HeaderList): string[] {
  return listMembers(headers.getAll('connection')).map((member) => member.toLowerCase());
}
