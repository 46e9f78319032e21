import { isWindlassError, WindlassError } from '@windlass/errors';
import { CHECKPOINT_FORMAT, checkpointHash, nextRoot, NO_CHECKPOINT, sealEvent, type Checkpoint, type CheckpointContent, type Finding, type SealedEvent } from '@windlass/hash-chain';
import { refusal } from '../refusal.js';
import { EventSources } from '../source/event-sources.js';
import { HistoryCheck, type Covered } from './check-history.js';
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
  private readonly running = new Map<string, Promise<MadeCheckpoint | HistoryTampered>>();
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

  /** Covers everything that was settled when it began. CTS.0404 when that is nothing at all. */
  async make(accountId: string, signal?: AbortSignal): Promise<MadeCheckpoint | HistoryTampered> {
    // A run that is under way may have passed what happened just now: the next one has not.
    await this.running.get(accountId)?.catch(() => undefined);
    const started = this.running.get(accountId);
    if (started !== undefined) return started;
    const run = this.run(accountId, signal).finally(() => this.running.delete(accountId));
    this.running.set(accountId, run);
    return run;
  }

  private async run(accountId: string, signal: AbortSignal | undefined): Promise<MadeCheckpoint | HistoryTampered> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(accountId, signal);
      } catch (error) {
        if (!isWindlassError(error) || error.reason !== OVERTAKEN || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async attempt(accountId: string, signal: AbortSignal | undefined): Promise<MadeCheckpoint | HistoryTampered> {
    const checked = await this.check.check(accountId, signal);
    const [wrong] = checked.findings;
    if (wrong !== undefined) return new HistoryTampered(wrong);
    let { newest, covered } = checked;
    for (let created = false; ; created = true) {
      const steps = [];
      for (const part of covered) steps.push(await this.grow(accountId, part, signal));
      const more = steps.some(({ hasMore }) => hasMore);
      const [broken] = more ? [] : steps.flatMap(({ covered: { links } }) => links.finish());
      if (broken !== undefined) return new HistoryTampered(broken);
      if (steps.every(({ seals }) => seals.sealed.length === 0)) {
        if (newest === undefined) throw refusal('not_found', 'CTS.0404', 'NO_HISTORY', 'The account has no settled history yet. Send the request again in a moment.');
        return { checkpoint: newest, created };
      }
      covered = steps.map((step) => step.covered);
      newest = await this.add(accountId, newest, covered, steps.map(({ seals }) => seals));
      if (!more) return { checkpoint: newest, created: true };
    }
  }

  /** The next settled events of a service, sealed. */
  private async grow(accountId: string, { service, links, ...from }: Covered, signal: AbortSignal | undefined): Promise<{ readonly covered: Covered; readonly seals: NewSeals; readonly hasMore: boolean }> {
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
