import type { KeyObject } from 'node:crypto';
import { CHECKPOINT_FORMAT, checkpointHash, isSignedBy, NO_CHECKPOINT, type Checkpoint } from './checkpoint.js';
import { placeOf, type EventFinding, type Finding } from './finding.js';
import { eventDigest, nextRoot, NO_ROOT, type SealedEvent, type ShownEvent } from './sealed-event.js';

/** One event of a service: as it was sealed, and as it is. */
export interface EventRecord {
  readonly service: string;
  /** Absent for an event that no checkpoint covers. */
  readonly sealed?: SealedEvent | undefined;
  /** Absent for an event that is gone. */
  readonly event?: ShownEvent | undefined;
}

export interface VerifiedHistory {
  readonly intact: boolean;
  /** In the order in which they were met; at most `MOST_FINDINGS`. */
  readonly findings: readonly Finding[];
  /** All there were. */
  readonly found: number;
  readonly checkpoints: number;
  readonly events: number;
  readonly newest: Checkpoint | undefined;
}

export const MOST_FINDINGS = 100;

interface Boundary {
  readonly checkpoint: number;
  readonly events: number;
  readonly root: string;
  readonly position: string;
}

/** Something wrong, in the order of the log: known at once, or explained by what comes later. */
type Wrong = { readonly kind: 'found'; readonly finding: Finding } | { readonly kind: 'without_event'; readonly sealed: SealedEvent } | { readonly kind: 'without_seal'; readonly event: ShownEvent };

interface ServiceLog {
  root: string;
  /** How many are sealed. */
  events: number;
  /** Where checkpoints end, in order; `next` is the first that is not passed yet. */
  readonly boundaries: Boundary[];
  next: number;
  /** Why no later root can be right. */
  rootLost: Finding | undefined;
  readonly wrong: Wrong[];
}

/** What an earlier export of the same history says. */
export interface KeptHistory {
  /** Hashes of checkpoints by number. */
  readonly checkpoints: ReadonlyMap<number, string>;
  /** Sealed events by service, in order. */
  readonly sealed: ReadonlyMap<string, readonly SealedEvent[]>;
}

const NOTHING_KEPT: KeptHistory = { checkpoints: new Map(), sealed: new Map() };

/**
 * Checks an account's history piece by piece: first all checkpoints in order, then the events of each service in order. An
 * intact history takes no memory for its events, however many. The platform and whoever keeps an export check by the same
 * code.
 */
export class HistoryVerifier {
  private readonly findings: Finding[] = [];
  private readonly logs = new Map<string, ServiceLog>();
  private newest: Checkpoint | undefined;
  private found = 0;
  private events = 0;

  constructor(
    private readonly accountId: string,
    private readonly keys: readonly KeyObject[],
    private readonly kept: KeptHistory = NOTHING_KEPT,
  ) {}

  addCheckpoint(checkpoint: Checkpoint): void {
    const { content, hash } = checkpoint;
    const { number } = content;
    const expected = (this.newest?.content.number ?? 0) + 1;
    const wrong = (kind: 'checkpoint_altered' | 'checkpoint_missing' | 'signature_invalid', problem: string, at = number): void =>
      this.report({ kind, checkpoint: at, message: `Checkpoint ${at} ${problem}.` });
    if (number !== expected) wrong('checkpoint_missing', `is missing: checkpoint ${number} stands in its place`, expected);
    if (content.format !== CHECKPOINT_FORMAT || content.accountId !== this.accountId) wrong('checkpoint_altered', 'is of another format or account');
    if (checkpointHash(content) !== hash) wrong('checkpoint_altered', 'was altered: it does not have the hash it names');
    else if (!isSignedBy(this.keys, checkpoint)) wrong('signature_invalid', 'is not signed with the given key');
    if (number === expected && content.previousHash !== (this.newest?.hash ?? NO_CHECKPOINT)) wrong('checkpoint_altered', 'does not follow the checkpoint before it');
    const before = this.kept.checkpoints.get(number);
    if (before !== undefined && before !== hash) wrong('checkpoint_altered', 'is another one than was kept before');
    for (const { service, events, root, position } of content.services) this.log(service).boundaries.push({ checkpoint: number, events, root, position });
    this.newest = checkpoint;
  }

  addEvent({ service, sealed, event }: EventRecord): void {
    const log = this.log(service);
    if (event !== undefined) this.events += 1;
    if (sealed !== undefined) this.follow(service, log, sealed);
    if (sealed !== undefined && event !== undefined && sealed.position === event.position && isSame(sealed, event)) {
      if (eventDigest(event) !== sealed.digest) log.wrong.push({ kind: 'found', finding: eventFinding('altered', service, sealed, alteration(sealed, event, this.accountId)) });
      return;
    }
    if (sealed !== undefined) log.wrong.push({ kind: 'without_event', sealed });
    if (event !== undefined) log.wrong.push({ kind: 'without_seal', event });
  }

  /** What was found, once all is added: of each service in the order of its log. */
  finish(): VerifiedHistory {
    for (const [service, log] of this.logs) {
      // What is measured by the seals is worth no more than they are.
      const lost = log.rootLost ?? sealsTooFew(service, log);
      if (lost !== undefined) this.report(lost);
      this.explain(service, log);
    }
    const last = this.newest?.content.number ?? 0;
    for (const number of this.kept.checkpoints.keys()) {
      if (number > last) this.report({ kind: 'checkpoint_missing', checkpoint: number, message: `Checkpoint ${number}, which was kept before, is missing.` });
    }
    return { intact: this.found === 0, findings: this.findings, found: this.found, checkpoints: last, events: this.events, newest: this.newest };
  }

  /** Takes the sealed event into the service's root, which each checkpoint that ends here must have. */
  private follow(service: string, log: ServiceLog, sealed: SealedEvent): void {
    const kept = this.kept.sealed.get(service)?.[log.events];
    log.root = nextRoot(log.root, sealed);
    log.events += 1;
    if (log.rootLost !== undefined) return;
    if (kept !== undefined && nextRoot(NO_ROOT, kept) !== nextRoot(NO_ROOT, sealed)) {
      log.rootLost = eventFinding('altered', service, kept, 'was altered and sealed anew: it is not what was kept before');
      return;
    }
    for (let end = log.boundaries[log.next]; end !== undefined && end.events <= log.events; end = log.boundaries[++log.next]) {
      if (end.events < log.events || (end.root === log.root && end.position === sealed.position)) continue;
      log.rootLost = { kind: 'seals_altered', checkpoint: end.checkpoint, message: `The sealed events of ${service} are not those that checkpoint ${end.checkpoint} signs.` };
      return;
    }
  }

  private explain(service: string, log: ServiceLog): void {
    const sealedIds = new Set(log.wrong.flatMap((wrong) => (wrong.kind === 'without_event' ? [wrong.sealed.id] : [])));
    const places = new Map(log.wrong.flatMap((wrong) => (wrong.kind === 'without_seal' ? [[wrong.event.id, wrong.event.position] as const] : [])));
    for (const wrong of log.wrong) {
      switch (wrong.kind) {
        case 'found':
          this.report(wrong.finding);
          break;
        case 'without_event': {
          const now = places.get(wrong.sealed.id);
          this.report(now === undefined ? eventFinding('missing', service, wrong.sealed, 'is missing') : eventFinding('reordered', service, wrong.sealed, `was moved: it stands at ${now} now`));
          break;
        }
        case 'without_seal':
          // What was moved is told where it was.
          if (!sealedIds.has(wrong.event.id)) this.report(eventFinding('inserted', service, wrong.event, 'was inserted: nothing was sealed there'));
          break;
        default:
          wrong satisfies never;
      }
    }
  }

  private report(finding: Finding): void {
    this.found += 1;
    if (this.findings.length < MOST_FINDINGS) this.findings.push(finding);
  }

  private log(service: string): ServiceLog {
    let log = this.logs.get(service);
    if (log === undefined) this.logs.set(service, (log = { root: NO_ROOT, events: 0, boundaries: [], next: 0, rootLost: undefined, wrong: [] }));
    return log;
  }
}

/** Whether it is the same event, whatever was done to it. */
function isSame(sealed: SealedEvent, event: ShownEvent): boolean {
  return sealed.id === event.id || (sealed.streamId === event.streamId && sealed.version === event.version);
}

function alteration(sealed: SealedEvent, event: ShownEvent, accountId: string): string {
  if (event.tenant !== accountId) return `was altered: it names the account ${event.tenant} now`;
  if (event.id !== sealed.id) return `was altered: another event, ${event.id}, stands in its place`;
  if (event.streamId !== sealed.streamId || event.version !== sealed.version) return `was altered: it is version ${event.version} of the stream ${event.streamId} now`;
  return 'was altered: it does not have the content that was sealed';
}

function sealsTooFew(service: string, { boundaries, events: sealed }: ServiceLog): Finding | undefined {
  const unreached = boundaries.find(({ events }) => events > sealed);
  if (unreached === undefined) return undefined;
  const { checkpoint, events } = unreached;
  return { kind: 'seals_altered', checkpoint, message: `Checkpoint ${checkpoint} covers ${events} events of ${service}, and only ${sealed} are sealed.` };
}

function eventFinding(kind: EventFinding['kind'], service: string, named: { readonly streamId: string; readonly version: number; readonly position: string }, what: string): EventFinding {
  const { streamId, version, position } = named;
  return { kind, service, streamId, version, position, message: `The event ${placeOf(service, named)} ${what}.` };
}
