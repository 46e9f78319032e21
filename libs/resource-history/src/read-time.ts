const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

/** A time as RFC 3339 writes it, to the millisecond; undefined for anything else, days that no month has included. */
export function readTime(text: string): Date | undefined {
  const [, year, month, day] = TIME.exec(text) ?? [];
  if (year === undefined) return undefined;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const time = new Date(text.toUpperCase());
  return Number(day) > days || Number.isNaN(time.getTime()) ? undefined : time;
}
