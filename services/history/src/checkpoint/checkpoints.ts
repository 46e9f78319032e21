import { AccountSchedule, type KeptProblem } from './account-schedule.js';
import type { CheckpointProgress } from './checkpoint-run.js';
import { CheckpointMaker, HistoryTampered, type MadeCheckpoint } from './make-checkpoint.js';

export type CheckpointOutcome = { readonly kind: 'made'; readonly made: MadeCheckpoint } | { readonly kind: 'tampered'; readonly problem: KeptProblem };

/** Makes checkpoints, on demand and by schedule, and keeps what came of it for the account to see. */
export class Checkpoints {
  constructor(
    private readonly maker: CheckpointMaker,
    private readonly schedule: AccountSchedule,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  async make(accountId: string, signal?: AbortSignal): Promise<CheckpointOutcome> {
    const outcome = await this.maker.make(accountId, signal);
    if (!(outcome instanceof HistoryTampered)) {
      await this.schedule.keepOutcome(accountId, undefined);
      return { kind: 'made', made: outcome };
    }
    const problem = { finding: outcome.finding, foundAt: this.clock().toISOString() };
    await this.schedule.keepOutcome(accountId, problem);
    return { kind: 'tampered', problem };
  }

  /** How far the checkpoint is that this process makes for the account; undefined when it makes none. */
  progressOf(accountId: string): CheckpointProgress | undefined {
    return this.maker.progressOf(accountId);
  }
}
