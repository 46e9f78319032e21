import { randomInt } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Name of a function's code as it was built at a time: `latest-{yymmddHHMMSS}@{5 random}`, as the documented samples show. */
export function imageName(now: Date): string {
  const digits = now.toISOString().replace(/\D/g, '').slice(2, 14);
  const tail = Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `latest-${digits}@${tail}`;
}
