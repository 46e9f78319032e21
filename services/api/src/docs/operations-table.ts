import type { Operation } from '../operation/index.js';

const BEGIN = '<!-- operations: generated from the contracts by `npm run compatibility` in services/api -->';
const END = '<!-- end of operations -->';

/** The operations as a Markdown table, in the order of the contracts. */
export function operationsTable(operations: readonly Operation[]): string {
  const rows = operations.map((operation) => [
    operation.method,
    `\`${operation.path}\``,
    `\`${operation.name}\``,
    operation.action === '' ? 'none: anonymous' : `\`${operation.action}\``,
    String(operation.successStatus),
  ]);
  const head = ['Method', 'Path', 'SDK operation', 'Action', 'Success'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The page with the table between its markers replaced. Throws when the page has no markers. */
export function withOperationsTable(page: string, operations: readonly Operation[]): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the page must hold the line ${BEGIN} and, after it, the line ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${operationsTable(operations)}\n\n${page.slice(end)}`;
}
