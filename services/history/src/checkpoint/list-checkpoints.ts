import type { ListCheckpointsRequest, ListCheckpointsResponse } from '@windlass/contracts/history/v1/checkpoint_service';
import { refusal } from '../refusal.js';
import { AccountSchedule } from './account-schedule.js';
import { checkpointMessage, problemMessage } from './checkpoint-message.js';
import { CheckpointTable } from './checkpoint-table.js';

const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 200;
const LARGEST_NUMBER = 2 ** 31 - 1;

/** The account's checkpoints, newest first. */
export class CheckpointList {
  constructor(
    private readonly table: CheckpointTable,
    private readonly schedule: AccountSchedule,
  ) {}

  async list(accountId: string, { limit = DEFAULT_PAGE, cursor }: ListCheckpointsRequest): Promise<ListCheckpointsResponse> {
    if (limit < 1 || limit > LARGEST_PAGE) throw refusal('invalid', 'CTS.0400', 'LIMIT_INVALID', `limit must be 1 to ${LARGEST_PAGE}.`);
    const below = cursor === '' ? undefined : readCursor(cursor);
    // One more than asked for tells whether there are more.
    const found = await this.table.newestFirst(accountId, below, limit + 1);
    const shown = found.slice(0, limit);
    const problem = await this.schedule.problemOf(accountId);
    return {
      checkpoints: shown.map(checkpointMessage),
      next_cursor: found.length > limit ? String(shown.at(-1)?.content.number) : '',
      problem: problem && problemMessage(problem),
    };
  }
}

/** The number of the checkpoint that the page before ended with. */
function readCursor(cursor: string): number {
  const number = /^[1-9]\d{0,9}$/.test(cursor) ? Number(cursor) : Infinity;
  if (number > LARGEST_NUMBER) throw refusal('invalid', 'CTS.0400', 'CURSOR_INVALID', 'cursor must be the next_cursor of a page of this list.');
  return number;
}
