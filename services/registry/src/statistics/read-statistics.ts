import type { FunctionStatistics, ListStatisticsResponse, TimedValue } from '@windlass/contracts/registry/v1/statistics_service';
import type { DataSource } from 'typeorm';
import { reachedFunctions } from '../function-tag/reached-functions.js';
import type { Caller } from '../caller/caller.js';
import type { Metric, Months } from './statistics-request.js';
import { MINUTE_MS } from './invocation-tally.js';

/** More values than this are of no use to anybody who looks at them: longer periods have wider buckets. */
const MOST_BUCKETS = 1440;
/** What the API answers where nothing happened. */
const NO_DATA = -1;

interface Bucket {
  readonly bucket: Date;
  readonly count: number;
  readonly function_errors: number;
  readonly system_errors: number;
  readonly rejected: number;
  readonly duration: number | null;
  readonly longest: number | null;
  readonly shortest: number | null;
}

/** One function, or a version of it; else all functions that the caller's policies reach. */
export interface StatisticsSubject {
  readonly caller: Caller;
  readonly funcId?: string;
  readonly version?: string;
}

/** Reads what functions did. */
export class Statistics {
  constructor(
    private readonly dataSource: DataSource,
    private readonly now: () => number = Date.now,
  ) {}

  /** Of the last minutes, the present one among them. */
  async ofPeriod(subject: StatisticsSubject, minutes: number): Promise<FunctionStatistics> {
    const width = Math.ceil(minutes / MOST_BUCKETS) * MINUTE_MS;
    const end = (Math.floor(this.now() / width) + 1) * width;
    const length = Math.ceil((minutes * MINUTE_MS) / width);
    const start = end - length * width;
    const { condition, parameters } = this.within(subject);
    const [bucket, values] = [`to_timestamp(floor(extract(epoch FROM minute) * 1000 / $1) * $1 / 1000) AS bucket`, [width, new Date(start), new Date(end), ...parameters]];
    const told = `FROM registry.invocation_minutes WHERE minute >= $2 AND minute < $3 AND ${condition}`;
    const rows = await this.dataSource.query<Bucket[]>(
      `SELECT ${bucket}, sum(count)::float8 AS count, sum(function_errors)::float8 AS function_errors,
              sum(system_errors)::float8 AS system_errors, sum(rejected)::float8 AS rejected, sum(duration_ms) / nullif(sum(served), 0) AS duration,
              max(longest_ms) AS longest, min(shortest_ms) AS shortest ${told} GROUP BY 1`,
      values,
    );
    const busy = await this.dataSource.query<{ bucket: Date; instances: number }[]>(
      `SELECT bucket, count(DISTINCT instance)::float8 AS instances FROM (SELECT ${bucket}, unnest(instances) AS instance ${told}) AS each GROUP BY 1`,
      values,
    );
    const found = new Map(rows.map((row) => [row.bucket.getTime(), row]));
    const instancesIn = new Map(busy.map((row) => [row.bucket.getTime(), row.instances]));
    const series = (of: (row: Bucket) => number | null): TimedValue[] =>
      Array.from({ length }, (_, index) => {
        const timestamp = start + index * width;
        const row = found.get(timestamp);
        return { timestamp, value: row === undefined ? NO_DATA : (of(row) ?? NO_DATA) };
      });
    const instances = series((row) => instancesIn.get(row.bucket.getTime()) ?? 0);
    return {
      count: series((row) => row.count),
      duration: series((row) => row.duration),
      max_duration: series((row) => row.longest),
      min_duration: series((row) => row.shortest),
      fail_count: series((row) => row.function_errors + row.system_errors),
      function_error_count: series((row) => row.function_errors),
      system_error_count: series((row) => row.system_errors),
      reject_count: series((row) => row.rejected),
      concurrency_num: instances,
      instance_num: instances,
      reserved_instance_num: series(() => null),
    };
  }

  /** Day by day. There are no GPUs here. */
  async ofMonths(subject: StatisticsSubject, { first, end }: Months): Promise<Pick<ListStatisticsResponse, 'count' | 'gbs' | 'gpu_gbs'>> {
    const { condition, parameters } = this.within(subject, 2);
    const rows = await this.dataSource.query<{ date: string; count: number; gbs: number }[]>(
      `SELECT to_char(day, 'YYYY-MM-DD') AS date, sum(count)::float8 AS count, sum(gb_seconds) AS gbs
         FROM registry.invocation_days WHERE day >= $1 AND day < $2 AND ${condition} GROUP BY day ORDER BY day`,
      [first, end, ...parameters],
    );
    return { count: rows.map(({ date, count: value }) => ({ date, value })), gbs: rows.map(({ date, gbs: value }) => ({ date, value })), gpu_gbs: [] };
  }

  /** Functions that are there, those first whose value is highest. */
  async first(caller: Caller, { metric, start, end, limit }: { metric: Metric; start: Date; end: Date; limit: number }): Promise<{ key: string; value: number }[]> {
    const [reached, parameters] = reachedFunctions(this.dataSource.manager, caller).select('f.funcId', 'func_id').addSelect('f.package', 'package').addSelect('f.name', 'name').getQueryAndParameters();
    const place = parameters.length;
    return this.dataSource.query<{ key: string; value: number }[]>(
      `SELECT package || '-' || name AS key, (${VALUE_OF[metric]})::float8 AS value
         FROM (${reached}) AS reached JOIN registry.invocation_minutes AS told ON told.func_id = reached.func_id
        WHERE minute >= $${place + 1} AND minute < $${place + 2}
        GROUP BY package, name HAVING (${VALUE_OF[metric]}) > 0 ORDER BY value DESC, key LIMIT $${place + 3}`,
      [...parameters, start, end, limit],
    );
  }

  /** Whose rows count. Those of functions that are deleted are only shown to who reaches every enterprise project. */
  private within({ caller, funcId, version }: StatisticsSubject, place = 3): { condition: string; parameters: unknown[] } {
    if (funcId !== undefined) {
      const ofVersion = version === undefined ? '' : ` AND version = $${place + 2}`;
      return { condition: `func_id = $${place + 1}${ofVersion}`, parameters: version === undefined ? [funcId] : [funcId, version] };
    }
    const { projectId, principal } = caller;
    const inProject = `project_id = $${place + 1}`;
    if (principal.all_enterprise_projects) return { condition: inProject, parameters: [projectId] };
    const reached = `func_id IN (SELECT func_id FROM registry.functions WHERE project_id = $${place + 1} AND enterprise_project_id = ANY($${place + 2}))`;
    return { condition: `${inProject} AND ${reached}`, parameters: [projectId, principal.enterprise_project_ids] };
  }
}

const VALUE_OF: Readonly<Record<Metric, string>> = {
  count: 'sum(count)',
  failcount: 'sum(function_errors) + sum(system_errors)',
  rejectcount: 'sum(rejected)',
  duration: 'sum(duration_ms) / nullif(sum(served), 0)',
  maxDuration: 'max(longest_ms)',
};
