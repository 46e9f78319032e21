import { HistoryVerifier, nextRoot, NO_ROOT, type Checkpoint, type Finding } from '@windlass/hash-chain';
import { CoveredLog, LOG_BEGINNING, type LogPlace } from '../export/covered-log.js';
import { SOURCE_NAMES, type SourceName } from '../source/event-sources.js';
import type { CheckpointRun } from './checkpoint-run.js';
import { CheckpointTable } from './checkpoint-table.js';
import { PlatformSigner } from './platform-signer.js';
import { shownEvent } from './recorded-event.js';
import { StreamLinks } from './stream-links.js';

/** How far a service's part of the history is covered, and what the next events of it follow. */
export interface Covered {
  readonly service: SourceName;
  readonly position: string;
  readonly events: number;
  readonly root: string;
  readonly links: StreamLinks;
}

/** Told how far the check is. */
export type CheckProgress = Pick<CheckpointRun<unknown>, 'beginCheck' | 'countChecked'>;

export interface CheckedHistory {
  readonly newest: Checkpoint | undefined;
  readonly findings: readonly Finding[];
  readonly covered: readonly Covered[];
}

const PAGE = 1_000;

/** Reads all of an account's history that is covered, from the first event on, and checks it as its tenant would. */
export class HistoryCheck {
  constructor(
    private readonly table: CheckpointTable,
    private readonly log: CoveredLog,
    private readonly signer: PlatformSigner,
  ) {}

  async check(accountId: string, progress: CheckProgress, signal?: AbortSignal): Promise<CheckedHistory> {
    const newest = await this.table.newest(accountId);
    progress.beginCheck((newest?.content.services ?? []).reduce((sum, { events }) => sum + events, 0));
    const verifier = new HistoryVerifier(accountId, newest === undefined ? [] : await this.signer.verifyingKeys());
    const last = newest?.content.number ?? 0;
    for (let after = 0; after < last; ) {
      signal?.throwIfAborted();
      const page = await this.table.oldestFirst(accountId, after, last, PAGE);
      for (const checkpoint of page) verifier.addCheckpoint(checkpoint);
      after = page.at(-1)?.content.number ?? last;
    }
    const covered: Covered[] = [];
    for (const service of SOURCE_NAMES) covered.push(await this.checkService(accountId, service, newest, verifier, progress, signal));
    const { findings } = verifier.finish();
    const beyond = await this.table.sealedBeyond(accountId, newest, SOURCE_NAMES);
    if (beyond === undefined) return { newest, findings, covered };
    const lost: Finding = { kind: 'checkpoint_missing', checkpoint: last + 1, message: `Checkpoint ${last + 1} is missing: events of ${beyond} are sealed that no checkpoint covers.` };
    return { newest, findings: [...findings, lost], covered };
  }

  private async checkService(accountId: string, service: SourceName, newest: Checkpoint | undefined, verifier: HistoryVerifier, progress: CheckProgress, signal: AbortSignal | undefined): Promise<Covered> {
    const links = new StreamLinks(service);
    const end = newest?.content.services.find((candidate) => candidate.service === service);
    if (end === undefined) return { service, position: '', events: 0, root: NO_ROOT, links };
    let root = NO_ROOT;
    for (let place: LogPlace | undefined = LOG_BEGINNING; place !== undefined; ) {
      signal?.throwIfAborted();
      const { records, next }: Awaited<ReturnType<CoveredLog['page']>> = await this.log.page(accountId, end, place, PAGE);
      for (const { sealed, event } of records) {
        verifier.addEvent({ service, sealed: sealed?.sealed, event: event && shownEvent(event) });
        if (sealed !== undefined) root = nextRoot(root, sealed.sealed);
        if (event !== undefined) links.follow(event);
      }
      progress.countChecked(records.filter(({ sealed }) => sealed !== undefined).length);
      place = next;
    }
    return { service, position: end.position, events: end.events, root, links };
  }
}
