/** Name, in lower case, of the header that says when the request was signed. */
export const SDK_DATE_HEADER = 'x-sdk-date';

/** "YYYYMMDDTHHMMSSZ", in UTC. */
export function formatSdkDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** The moment a value of X-Sdk-Date names, or nothing when it names none. */
export function parseSdkDate(value: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // The 30th of February would silently become a day in March.
  return !Number.isNaN(date.getTime()) && formatSdkDate(date) === value ? date : undefined;
}
