/**
 * Secrets in a line, found by the names that stand before them: in JSON, in logfmt, in headers and in URLs. A name counts when it
 * holds one of these words, in any case and with any joints. What is nested under such a name is judged by its own names.
 */
const NAME = /(?:pass(?:word|wd|phrase|code)|secret|token(?!s)|api[-_]?key|access[-_]?key|private[-_]?key|encryption[-_]?key|auth[-_]?key|authorization|credential|cookie)[\w.-]{0,64}(\\?["'])?[ \t]{0,8}(?:=>|[:=])[ \t]{0,8}/gi;

const MASK = '***';
const ENDS_VALUE = /[\s,;&(){}[\]"'<>]/;
const SCHEME = /(?:basic|bearer|digest|token)[ \t]+/iy;

/** The line with what follows such a name replaced by three stars. A line without such names is answered as it is. */
export function maskSecrets(line: string): string {
  let masked = '';
  let done = 0;
  NAME.lastIndex = 0;
  for (let found = NAME.exec(line); found !== null; found = NAME.exec(line)) {
    const [start, end] = valueAt(line, NAME.lastIndex);
    if (end > start) {
      masked += line.slice(done, start) + MASK;
      done = end;
    }
    NAME.lastIndex = Math.max(NAME.lastIndex, end);
  }
  return done === 0 ? line : masked + line.slice(done);
}

/** Where the value that begins at a place stands, without its quotation marks: up to the one that closes it, or to the end of the word. */
function valueAt(line: string, at: number): readonly [start: number, end: number] {
  const opening = /\\?["']/y;
  opening.lastIndex = at;
  const quote = opening.exec(line)?.[0];
  if (quote !== undefined) {
    const start = at + quote.length;
    return [start, closingQuote(line, start, quote)];
  }
  SCHEME.lastIndex = at;
  const start = at + (SCHEME.exec(line)?.[0].length ?? 0);
  let end = start;
  while (end < line.length && !ENDS_VALUE.test(line[end]!)) end += 1;
  return [start, end];
}

/** A value whose quotation mark is never closed was cut: all that is left of it is secret. */
function closingQuote(line: string, from: number, quote: string): number {
  for (let at = line.indexOf(quote, from); at >= 0; at = line.indexOf(quote, at + 1)) {
    let slashes = 0;
    while (at - slashes > from && line[at - slashes - 1] === '\\') slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return line.length;
}
