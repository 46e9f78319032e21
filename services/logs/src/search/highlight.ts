import { CONTENT, type Expression, type Match, type Term } from './expression.js';
import { jsonField, jsonObject } from './json-fields.js';
import { spanOfField, type Span } from './json-spans.js';
import { textMatches, wordsMatching, type SearchableLine } from './matches.js';
import { tokenSpans, type TokenSpan } from './tokens.js';

/**
 * The text of a line with every word that made it a hit wrapped in the service's tag. Of a field of a line that is JSON, words are marked
 * in its value; of a number within a range, all of it. What was found in a label stands not in the text.
 */
export function highlight({ content, labels }: SearchableLine, expression: Expression): string {
  const wanted = wantedTerms(expression);
  if (wanted.length === 0) return content;
  const spans = tokenSpans(content);
  const object = wanted.some(({ field }) => field !== CONTENT) ? jsonObject(content) : undefined;
  const hits = new Set<number>();
  for (const { field, match } of wanted) {
    if (field === CONTENT) placesOf(match, spans, 0, hits);
    else if (!Object.hasOwn(labels, field) && object !== undefined && jsonField(object, field) !== undefined) placesInField(match, content, spanOfField(content, field), spans, hits);
  }
  let text = '';
  let done = 0;
  spans.forEach(({ start, end }, place) => {
    if (!hits.has(place)) return;
    text += `${content.slice(done, start)}<HighLightTag>${content.slice(start, end)}</HighLightTag>`;
    done = end;
  });
  return text + content.slice(done);
}

function placesInField(match: Match, content: string, field: Span | undefined, spans: readonly TokenSpan[], hits: Set<number>): void {
  if (field === undefined) return;
  const first = spans.findIndex(({ start }) => start >= field.start);
  if (first < 0) return;
  const after = spans.findIndex(({ end }) => end > field.end);
  const within = spans.slice(first, after < 0 ? undefined : after);
  if (match.kind === 'range') {
    if (textMatches(match, unquoted(content.slice(field.start, field.end)))) within.forEach((_, place) => hits.add(first + place));
    return;
  }
  placesOf(match, within, first, hits);
}

function placesOf(match: Match, spans: readonly TokenSpan[], first: number, hits: Set<number>): void {
  if (match.kind === 'present' || match.kind === 'empty' || match.kind === 'range') return;
  for (const place of wordsMatching(match, spans.map(({ token }) => token))) hits.add(first + place);
}

function unquoted(json: string): string {
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}

/** What the expression wants to see in a line; what it wants not to see has nothing to be marked. */
function wantedTerms(expression: Expression): Term[] {
  switch (expression.kind) {
    case 'all':
    case 'any':
      return expression.of.flatMap(wantedTerms);
    case 'not':
      return [];
    case 'term':
      return [expression];
    default:
      return expression satisfies never;
  }
}
