import { isWindlassError, WindlassError } from '@windlass/errors';
import { CHECKPOINT_FORMAT, checkpointHash, nextRoot, NO_CHECKPOINT, sealEvent, type Checkpoint, type CheckpointContent, type Finding, type SealedEvent } from '@windlass/hash-chain';
import { refusal } from '../refusal.js';
import { EventSources } from '../source/event-sources.js';
import { HistoryCheck, type Covered } from './check-history.js';
import { CheckpointRun, type CheckpointProgress } from './checkpoint-run.js';
import { CheckpointTable, type NewSeals } from './checkpoint-table.js';
import { PlatformSigner } from './platform-signer.js';
import { shownEvent } from './recorded-event.js';

export interface MadeCheckpoint {
  readonly checkpoint: Checkpoint;
  /** False when it covered everything already. */
  readonly created: boolean;
}

/** What was found when a checkpoint was refused. */
export class HistoryTampered {
  constructor(readonly finding: Finding) {}
}

export type CheckpointResult = MadeCheckpoint | HistoryTampered;

export interface CheckpointMakerOptions {
  /** Of one service that one checkpoint adds at most; what is more comes into the next. */
  readonly largestStep?: number;
  readonly clock?: () => Date;
}

const LARGEST_STEP = 10_000;
const PAGE = 1_000;
const ATTEMPTS = 3;

/**
 * Makes checkpoints of accounts. Each time, all that is covered is checked first, from the first event on: history that is not
 * what was sealed is refused, and gets no further signature.
 */
export class CheckpointMaker {
  /** One run for an account at a time in this process; of several processes, the first to add its checkpoint has made it. */
  private readonly running = new Map<string, CheckpointRun<CheckpointResult>>();
  private readonly largestStep: number;
  private readonly clock: () => Date;

  constructor(
    private readonly check: HistoryCheck,
    private readonly sources: EventSources,
    private readonly table: CheckpointTable,
    private readonly signer: PlatformSigner,
    { largestStep = LARGEST_STEP, clock = () => new Date() }: CheckpointMakerOptions = {},
  ) {
    this.largestStep = largestStep;
    this.clock = clock;
  }

  /** Covers everything that was settled when it was asked for, by the run that is under way if there is one. CTS.0404 when that is nothing at all. */
  make(accountId: string, signal?: AbortSignal): Promise<CheckpointResult> {
    const underWay = this.running.get(accountId);
    if (underWay !== undefined && !underWay.over) return underWay.join();
    const run = new CheckpointRun<CheckpointResult>();
    this.running.set(accountId, run);
    const result = run.join();
    void this.carryOut(accountId, run, signal);
    return result;
  }

  /** Of the run that is under way in this process. */
  progressOf(accountId: string): CheckpointProgress | undefined {
    return this.running.get(accountId)?.progress;
  }

  private async carryOut(accountId: string, run: CheckpointRun<CheckpointResult>, signal: AbortSignal | undefined): Promise<void> {
    try {
      for (let attempt = 1; !run.over; attempt++) {
        try {
          await this.attempt(accountId, run, signal);
        } catch (error) {
          if (!isWindlassError(error) || error.reason !== OVERTAKEN || attempt === ATTEMPTS) throw error;
        }
      }
    } catch (error) {
      run.fail(error);
    }
    // Whoever came after its end has begun another.
    if (this.running.get(accountId) === run) this.running.delete(accountId);
  }

  /** Checks what is covered, and covers what is new until nobody waits for more. */
  private async attempt(accountId: string, run: CheckpointRun<CheckpointResult>, signal: AbortSignal | undefined): Promise<void> {
    const checked = await this.check.check(accountId, run, signal);
    const [wrong] = checked.findings;
    if (wrong !== undefined) return run.end(new HistoryTampered(wrong));
    let { newest, covered } = checked;
    for (let created = false; !run.over; ) {
      const answer = run.beginLook();
      for (let more = true; more; ) {
        const steps = [];
        for (const part of covered) steps.push(await this.grow(accountId, part, run, signal));
        more = steps.some(({ hasMore }) => hasMore);
        const [broken] = more ? [] : steps.flatMap(({ covered: { links } }) => links.finish());
        if (broken !== undefined) return run.end(new HistoryTampered(broken));
        if (steps.every(({ seals }) => seals.sealed.length === 0)) break;
        covered = steps.map((step) => step.covered);
        newest = await this.add(accountId, newest, covered, steps.map(({ seals }) => seals));
        created = true;
      }
      if (newest === undefined) throw refusal('not_found', 'CTS.0404', 'NO_HISTORY', 'The account has no settled history yet. Send the request again in a moment.');
      answer({ checkpoint: newest, created });
    }
  }

  /** The next settled events of a service, sealed. */
  private async grow(accountId: string, { service, links, ...from }: Covered, run: CheckpointRun<CheckpointResult>, signal: AbortSignal | undefined): Promise<{ readonly covered: Covered; readonly seals: NewSeals; readonly hasMore: boolean }> {
    const sealed: SealedEvent[] = [];
    let { position, root } = from;
    let hasMore = true;
    while (hasMore && sealed.length < this.largestStep) {
      signal?.throwIfAborted();
      const limit = Math.min(PAGE, this.largestStep - sealed.length);
      const page = await this.sources.named(service).readAccountLog({ after: position, limit, until: '' }, this.sources.aboutAccount(accountId));
      for (const event of page.events) {
        links.follow(event);
        const seal = sealEvent(shownEvent(event));
        sealed.push(seal);
        root = nextRoot(root, seal);
        position = event.position;
      }
      run.countSealed(page.events.length);
      hasMore = page.has_more;
    }
    return { covered: { service, links, position, root, events: from.events + sealed.length }, seals: { service, after: from.events, sealed }, hasMore };
  }

  private async add(accountId: string, previous: Checkpoint | undefined, covered: readonly Covered[], seals: readonly NewSeals[]): Promise<Checkpoint> {
    const content: CheckpointContent = {
      format: CHECKPOINT_FORMAT,
      accountId,
      number: (previous?.content.number ?? 0) + 1,
      madeAt: this.clock().toISOString(),
      previousHash: previous?.hash ?? NO_CHECKPOINT,
      services: covered.map(({ service, position, events, root }) => ({ service, position, events, root })),
    };
    const hash = checkpointHash(content);
    const checkpoint = { content, hash, signature: await this.signer.sign(hash) };
    if (!(await this.table.add(checkpoint, seals))) throw overtaken();
    return checkpoint;
  }
}

const OVERTAKEN = 'CHECKPOINT_OVERTAKEN';

function overtaken(): WindlassError {
  return refusal('conflict', 'CTS.0409', OVERTAKEN, 'Other requests made checkpoints of the account at the same time. Send the request again.');
}
