import { endToEndLines, type HeaderList } from '@windlass/http1';

// Only the platform speaks in these names: an app must be able to trust them whoever calls. Many frameworks take "_" for "-", so
// both spellings are the platform's. An expectation is met by us: the app gets the body without having to ask for it.
const NOT_FROM_CALLERS = /^(?:x[-_](?:cff|windlass)[-_].*|x[-_]apig[-_](?:api[-_]id|request[-_]id|source[-_]ip|source[-_]stage)|expect)$/;

/** The fields of a message that are said to the function itself: without what speaks to one hop only and what only the platform says. */
export class FunctionFields {
  /** `keep` is asked about each of them, by its name in lower case, and always says the same. */
  constructor(private readonly keep: (lowerName: string) => boolean = () => true) {}

  /** As lines, each with its ending. */
  lines(headers: HeaderList): string {
    return endToEndLines(headers, this.passes);
  }

  readonly passes = (lowerName: string): boolean => !isReservedField(lowerName) && this.keep(lowerName);
}

/** Whether callers cannot say it, in the header or in a trailer: by its name in lower case. */
export function isReservedField(name: string): boolean {
  const first = name.charCodeAt(0);
  return (first === 0x78 || first === 0x65) && NOT_FROM_CALLERS.test(name);
}
