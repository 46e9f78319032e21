import { WindlassError } from '@windlass/errors';

/** A part of a list, as `page` (from 1) and `per_page` ask for it. */
export interface Page {
  readonly skip: number;
  readonly take: number;
}

/** Refuses a page before the first and more (or less) on one page than the operation gives; `most` is also what it gives unasked. */
export function requirePage(page: number | undefined, perPage: number | undefined, most: number): Page {
  const [number, take] = [page ?? 1, perPage ?? most];
  if (number >= 1 && take >= 1 && take <= most) return { skip: (number - 1) * take, take };
  throw new WindlassError({
    kind: 'invalid',
    reason: 'PAGE_INVALID',
    code: 'IAM.0007',
    message: `page must be 1 or more and per_page between 1 and ${most}.`,
  });
}
