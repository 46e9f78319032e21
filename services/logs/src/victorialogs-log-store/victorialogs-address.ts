export interface VictoriaLogsAddress {
  /** Of a single VictoriaLogs, or of `vlselect` in a cluster. May hold a user and a password. */
  readonly url: string;
  /** Of `vlinsert`, where it is another. */
  readonly insertUrl?: string | undefined;
}

const FORM = /^https?:\/\/[^\s/]+(\/[^\s?#]*)?$/;

/** Reads `WINDLASS_LOGS_VICTORIALOGS_URL` and `..._INSERT_URL`; adds what is wrong to `problems`, and no password to them. */
export function readVictoriaLogsAddress(environment: Readonly<Record<string, string | undefined>>, problems: string[]): VictoriaLogsAddress | undefined {
  const read = (name: string): string | undefined => {
    const text = environment[name] ?? '';
    if (text === '') return undefined;
    if (!FORM.test(text) || !URL.canParse(text)) problems.push(`${name} is not right: it is a URL such as http://victorialogs.example.com:9428`);
    return text;
  };
  const url = read('WINDLASS_LOGS_VICTORIALOGS_URL');
  const insertUrl = read('WINDLASS_LOGS_VICTORIALOGS_INSERT_URL');
  if (url === undefined && insertUrl !== undefined) problems.push('WINDLASS_LOGS_VICTORIALOGS_INSERT_URL needs WINDLASS_LOGS_VICTORIALOGS_URL, from which lines are read');
  return url === undefined ? undefined : { url, insertUrl };
}
