import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@windlass/telemetry';
import { EventSources } from '../source/event-sources.js';
import { AccountSchedule } from './account-schedule.js';
import { Checkpoints } from './checkpoints.js';

const CHANGES_PAGE = 1_000;
const RETRY_MS = { account: 60_000, first: 1_000, cap: 60_000 };

/** Makes the checkpoints that are due: looks which accounts changed, and takes one after the other. Runs in every process. */
export class CheckpointSchedule {
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly sources: EventSources,
    private readonly schedule: AccountSchedule,
    private readonly checkpoints: Checkpoints,
    private readonly logger: Logger,
    /** Between two looks at what changed. */
    private readonly lookMs: number,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Resolves when what is being made is made or given up. */
  async close(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    let retry = RETRY_MS.first;
    while (!signal.aborted) {
      try {
        await this.look();
        retry = RETRY_MS.first;
        await delay(this.lookMs, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        this.logger.warn({ err: error, retry_in_ms: retry }, 'checkpoints of history cannot be made at the moment');
        await delay(retry, undefined, { signal }).catch(() => undefined);
        retry = Math.min(retry * 2, RETRY_MS.cap);
      }
    }
  }

  private async look(): Promise<void> {
    for (const { name } of this.sources.all) await this.follow(name);
    for (;;) {
      this.stopped.signal.throwIfAborted();
      const due = await this.schedule.claim();
      if (due === undefined) return;
      try {
        const outcome = await this.checkpoints.make(due.accountId, this.stopped.signal);
        if (outcome.kind === 'tampered') this.logger.error({ account: due.accountId, finding: outcome.problem.finding }, 'the history of an account is not what was sealed: no checkpoint is signed');
        await this.schedule.done(due, outcome.kind === 'tampered');
      } catch (error) {
        await this.schedule.postpone(due, this.stopped.signal.aborted ? 0 : RETRY_MS.account);
        if (this.stopped.signal.aborted) return;
        this.logger.warn({ err: error, account: due.accountId, retry_in_ms: RETRY_MS.account }, 'a checkpoint could not be made');
      }
    }
  }

  private async follow(name: (typeof this.sources.all)[number]['name']): Promise<void> {
    for (;;) {
      this.stopped.signal.throwIfAborted();
      const from = await this.schedule.followedUntil(name);
      const { account_ids, end } = await this.sources.named(name).listChangedAccounts({ after: from, limit: CHANGES_PAGE }, this.sources.aboutAccount(''));
      if (account_ids.length === 0) return;
      await this.schedule.markChanged(name, account_ids, from, end);
    }
  }
}
