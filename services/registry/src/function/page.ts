import { refusal } from '../refusal.js';

const LONGEST_PAGE = 400;
const LARGEST_OFFSET = 2 ** 31 - 1;

/** Reads `marker` and `maxitems` (pagination): no, zero or too large a size means 400; below zero or no number is FSS.1001. */
export function readPage(marker: string, maxitems: string): { readonly offset: number; readonly limit: number } {
  const size = readNumber('maxitems', maxitems);
  return { offset: Math.min(readNumber('marker', marker), LARGEST_OFFSET), limit: size === 0 ? LONGEST_PAGE : Math.min(size, LONGEST_PAGE) };
}

function readNumber(field: string, text: string): number {
  if (text === '') return 0;
  if (!/^\d{1,15}$/.test(text)) {
    throw refusal(
      'invalid',
      'FSS.1001',
      'QUERY_PARAMETER_INVALID',
      `${field} is ${JSON.stringify(text.slice(0, 40))}. Use a whole number from 0 on.`,
    );
  }
  return Number(text);
}
