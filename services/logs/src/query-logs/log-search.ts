import type { QueryLogsRequest } from '@windlass/contracts/logs/v1/log_service';
import { parseSelect, splitAnalysis, type Select } from '../analysis/index.js';
import { invalidField } from '../refusal.js';
import { parse, type Expression } from '../search/index.js';
import { isAbsent, readFlag, readLabels, readLineNumber, readNumber, readWindow, type Window } from './request-values.js';

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 5000;
const LONGEST_QUERY = 16 * 1024;

/** What a query asks for, free of the many ways a client may spell it. */
export interface LogSearch extends Window {
  readonly labels: Readonly<Record<string, string>>;
  readonly expression: Expression | undefined;
  readonly descending: boolean;
  readonly count: boolean;
  readonly limit: number;
  /** The page after or before a line, seen in the order of the rows; without a cursor, the first page. */
  readonly cursor: { readonly lineNumber: bigint; readonly direction: 'forwards' | 'backwards' } | undefined;
  readonly highlight: boolean;
  /** What is made of the lines instead of rows of them. */
  readonly select: Select | undefined;
}

/** Reads a query. Clients send numbers and booleans as text or as themselves; both are taken. Fails with LTS.0009. */
export function readSearch(request: QueryLogsRequest): LogSearch {
  const query = readQuery(request);
  return {
    ...readWindow(request),
    labels: readLabels(request.labels),
    ...query,
    descending: readFlag('is_desc', request.is_desc, false),
    count: readFlag('is_count', request.is_count, false),
    limit: readNumber('limit', request.limit, { absent: DEFAULT_LIMIT, least: 1, most: HIGHEST_LIMIT }),
    cursor: cursor(request.line_num, request.search_type),
    highlight: readFlag('highlight', request.highlight, true),
  };
}

function readQuery({ query, keywords, is_analysis_query }: QueryLogsRequest): Pick<LogSearch, 'expression' | 'select'> {
  const text = query === '' ? keywords : query;
  if (text.length > LONGEST_QUERY) throw invalidField(query === '' ? 'keywords' : 'query', `has at most ${LONGEST_QUERY} characters`);
  const split = splitAnalysis(text);
  if (split !== undefined) return { expression: parse(split.search), select: parseSelect(split.select, split.before) };
  if (readFlag('is_analysis_query', is_analysis_query, false)) throw invalidField('query', 'has a SELECT behind a "|" when is_analysis_query is true');
  return { expression: parse(text), select: undefined };
}

/** A cursor without a search_type goes forwards, as clients that page by line_num alone expect. */
function cursor(lineNumber: unknown, searchType: string): LogSearch['cursor'] {
  if (searchType !== '' && searchType !== 'init' && searchType !== 'forwards' && searchType !== 'backwards') {
    throw invalidField('search_type', 'is init, forwards or backwards');
  }
  if (searchType === 'init') return undefined;
  if (isAbsent(lineNumber)) {
    if (searchType === 'backwards') throw invalidField('line_num', 'says where to go backwards from');
    return undefined;
  }
  return { lineNumber: readLineNumber(lineNumber), direction: searchType === 'backwards' ? 'backwards' : 'forwards' };
}
