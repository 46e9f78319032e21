import { CONTENT, type Expression, type WordMatch } from './expression.js';
import { wordsMatching } from './matches.js';
import { tokenSpans } from './tokens.js';

/** The line with every word that made it a hit wrapped in the service's tag. */
export function highlight(content: string, expression: Expression): string {
  const wanted = wantedWords(expression);
  if (wanted.length === 0) return content;
  const spans = tokenSpans(content);
  const tokens = spans.map((span) => span.token);
  const hits = new Set(wanted.flatMap((match) => [...wordsMatching(match, tokens)]));
  let text = '';
  let done = 0;
  spans.forEach(({ start, end }, place) => {
    if (!hits.has(place)) return;
    text += `${content.slice(done, start)}<HighLightTag>${content.slice(start, end)}</HighLightTag>`;
    done = end;
  });
  return text + content.slice(done);
}

/** What the expression wants to see in the text of a line; what it wants not to see has nothing to be marked. */
function wantedWords(expression: Expression): WordMatch[] {
  switch (expression.kind) {
    case 'all':
    case 'any':
      return expression.of.flatMap(wantedWords);
    case 'not':
      return [];
    case 'term': {
      const { field, match } = expression;
      return field !== CONTENT || match.kind === 'present' || match.kind === 'empty' || match.kind === 'range' ? [] : [match];
    }
    default:
      return expression satisfies never;
  }
}
