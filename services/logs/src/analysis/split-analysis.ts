/** A query with an analysis: what is searched for, and what is made of it. */
export interface SplitQuery {
  readonly search: string;
  readonly select: string;
  /** Characters before the SELECT. */
  readonly before: number;
}

// Texts in quotation marks as the search language writes them, "||", which is its "or", and the first other "|".
const PIECE = /"(?:[^"\\]|\\.)*"|\|\||(\|)|[^"|]+|"/gs;

/** Cuts a query at its first "|" that is no part of a text or of "||"; undefined where there is none. A query without a search begins with SELECT. */
export function splitAnalysis(query: string): SplitQuery | undefined {
  if (/^\s*select\s/i.test(query)) return { search: '', select: query, before: 0 };
  for (const { 1: bar, index } of query.matchAll(PIECE)) {
    if (bar !== undefined) return { search: withoutStar(query.slice(0, index)), select: query.slice(index + 1), before: index + 1 };
  }
  return undefined;
}

/** A star alone searches for everything, as in the consoles of log services. */
function withoutStar(search: string): string {
  return search.trim() === '*' ? '' : search;
}
