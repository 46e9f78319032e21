import { WindlassError } from '@windlass/errors';
import type { VictoriaLogsAddress } from './victorialogs-address.js';

/** VictoriaLogs keeps tenants apart by two 32-bit numbers. */
export interface VictoriaLogsTenant {
  readonly accountId: number;
  readonly projectId: number;
}

/** The query was ended by its deadline. */
export class QueryTimedOut extends Error {}

const CHANGE_WITHIN_MS = 30_000;
const LONGEST_QUERY_MS = 3_600_000;
const QUOTED_ANSWER = 500;

interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The HTTP interface of VictoriaLogs, as far as the log store needs it. What it refuses or cannot do now is a WindlassError. */
export class VictoriaLogsClient {
  private readonly selecting: Endpoint;
  private readonly inserting: Endpoint;

  constructor({ url, insertUrl }: VictoriaLogsAddress) {
    this.selecting = endpoint(url);
    this.inserting = endpoint(insertUrl ?? url);
  }

  /** Inserts JSON objects, one in a line. They can be searched after `flush`. */
  async insert(tenant: VictoriaLogsTenant, streamField: string, body: string): Promise<void> {
    const path = `/insert/jsonline?_stream_fields=${streamField}&_time_field=_time&_msg_field=_msg`;
    await this.call(this.inserting, path, { tenant, body, type: 'application/stream+json', within: CHANGE_WITHIN_MS });
  }

  /** Makes everything that was inserted searchable at once. */
  async flush(): Promise<void> {
    await this.call(this.inserting, '/internal/force_flush', { within: CHANGE_WITHIN_MS });
  }

  /** The rows of a query. Fails with QueryTimedOut when it takes longer than so many milliseconds. */
  async query<Row>(tenant: VictoriaLogsTenant, query: string, milliseconds: number): Promise<Row[]> {
    const text = await this.call(this.selecting, '/select/logsql/query', { tenant, form: { query }, within: Math.min(milliseconds, LONGEST_QUERY_MS) });
    return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
  }

  /** Deletes what a filter finds; resolves when it is gone. */
  async delete(tenant: VictoriaLogsTenant, filter: string, pause: () => Promise<void>): Promise<void> {
    const { task_id } = JSON.parse(await this.call(this.selecting, '/delete/run_task', { tenant, form: { filter }, within: CHANGE_WITHIN_MS })) as { task_id: string };
    for (;;) {
      const tasks = JSON.parse(await this.call(this.selecting, '/delete/active_tasks', { tenant, within: CHANGE_WITHIN_MS })) as { task_id: string }[] | null;
      if (!tasks?.some((task) => task.task_id === task_id)) return;
      await pause();
    }
  }

  private async call(
    { url, headers }: Endpoint,
    path: string,
    { tenant, body, form, type, within }: { tenant?: VictoriaLogsTenant; body?: string; form?: Record<string, string>; type?: string; within: number },
  ): Promise<string> {
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(within)));
    try {
      const response = await fetch(url + path, {
        method: 'POST',
        signal,
        headers: {
          ...headers,
          ...(tenant && { AccountID: String(tenant.accountId), ProjectID: String(tenant.projectId) }),
          ...(type && { 'content-type': type }),
        },
        body: form ? new URLSearchParams(form) : (body ?? ''),
      });
      const text = await response.text();
      if (response.ok) return text;
      const said = text.trim().slice(0, QUOTED_ANSWER);
      throw unavailable(new Error(`VictoriaLogs answered ${response.status} at ${path.split('?')[0]}: ${said}`));
    } catch (error) {
      if (error instanceof WindlassError) throw error;
      throw signal.aborted ? new QueryTimedOut('VictoriaLogs did not answer in time', { cause: error }) : unavailable(error);
    }
  }
}

function unavailable(cause: unknown): WindlassError {
  return new WindlassError({ kind: 'unavailable', reason: 'LOG_STORE_UNAVAILABLE', code: 'LTS.0010', message: 'The store of log lines does not answer at the moment. Try again later.', cause });
}

function endpoint(text: string): Endpoint {
  const url = new URL(text);
  const { username, password } = url;
  url.username = url.password = '';
  const headers: Record<string, string> = {};
  if (username !== '') headers['authorization'] = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
  return { url: url.href.replace(/\/$/, ''), headers };
}
