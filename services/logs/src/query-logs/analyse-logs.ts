import type { QueryLogsResponse } from '@windlass/contracts/logs/v1/log_service';
import { analyse } from '../analysis/index.js';
import type { LogStore } from '../lines/index.js';
import type { LogSearch } from './log-search.js';

/** Makes a table of what a search finds. One that ends early is made of the lines it came to, and says so. */
export async function analyseLogs(lines: LogStore, search: LogSearch, select: NonNullable<LogSearch['select']>, streamId: string, deadline: number): Promise<QueryLogsResponse> {
  const { from, to, labels, expression, descending } = search;
  const analysis = analyse(select);
  const scan = lines.scan({ streamId, from, to, labels, expression }, { order: descending ? 'descending' : 'ascending', deadline });
  let complete = true;
  for (let next = await scan.next(); ; next = await scan.next()) {
    if (next.done) {
      complete = next.value;
      break;
    }
    if (!next.value.every((line) => analysis.add(line))) {
      await scan.return(true);
      break;
    }
  }
  return { logs: [], isQueryComplete: complete, analysisLogs: analysis.result() };
}
