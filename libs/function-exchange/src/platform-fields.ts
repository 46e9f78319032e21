import { endToEndLines, type HeaderList } from '@windlass/http1';

// Only the platform speaks in these names: an app must be able to trust them whoever calls. Many frameworks take "_" for "-", so
// both spellings are the platform's. An expectation is met by us: the app gets the body without having to ask for it.
const NOT_FROM_CALLERS = /^(?:x[-_](?:cff|windlass)[-_].*|x[-_]apig[-_](?:api[-_]id|request[-_]id|source[-_]ip|source[-_]stage)|expect)$/;

/** What a message says to the function itself, as lines: without what speaks to one hop only and what only the platform says. */
export function linesForFunction(headers: HeaderList, keep: (lowerName: string) => boolean = () => true): string {
  return endToEndLines(headers, (name) => !isReservedField(name) && keep(name));
}

/** Whether callers cannot say it, in the header or in a trailer: by its name in lower case. */
export function isReservedField(name: string): boolean {
  const first = name.charCodeAt(0);
  return (first === 0x78 || first === 0x65) && NOT_FROM_CALLERS.test(name);
}
