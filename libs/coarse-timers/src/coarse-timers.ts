const SLOTS = 512;
const DEFAULT_TICK_MS = 20;

/** A place in a circle of deadlines. */
class Link {
  next: Link = this;
  previous: Link = this;
}

/** One deadline of one owner, used again and again: at most one moment is set at a time. */
export class Deadline extends Link {
  /** In milliseconds of performance.now(); 0 while nothing is set. */
  at = 0;

  constructor(
    private readonly timers: CoarseTimers,
    readonly passed: () => void,
  ) {
    super();
  }

  get pending(): boolean {
    return this.at !== 0;
  }

  /** Replaces what was set. */
  set(ms: number): void {
    this.timers.schedule(this, ms);
  }

  clear(): void {
    if (this.at !== 0) this.timers.cancel(this);
  }
}

/**
 * A hashed wheel of deadlines. A slot is looked at once in each turn of the wheel (about ten seconds); what is not due then stays
 * for another turn. The interval runs only while something is set, and keeps no process alive.
 */
export class CoarseTimers {
  private readonly slots = Array.from({ length: SLOTS }, () => new Link());
  private interval: NodeJS.Timeout | undefined;
  private pending = 0;
  /** Every deadline at or before the start of this tick has been looked at. */
  private lastTick = 0;

  constructor(
    private readonly tickMs = DEFAULT_TICK_MS,
    private readonly now: () => number = () => performance.now(),
  ) {}

  schedule(deadline: Deadline, ms: number): void {
    if (deadline.at === 0) this.pending += 1;
    else unlink(deadline);
    const now = this.now();
    if (this.interval === undefined) this.start(now);
    deadline.at = now + Math.max(ms, 0) || Number.MIN_VALUE;
    // The tick in which it is surely over, and not one that the wheel has passed already.
    const tick = Math.max(Math.ceil(deadline.at / this.tickMs), this.lastTick + 1);
    const slot = this.slots[tick % SLOTS] as Link;
    deadline.previous = slot.previous;
    deadline.next = slot;
    slot.previous.next = deadline;
    slot.previous = deadline;
  }

  cancel(deadline: Deadline): void {
    unlink(deadline);
    deadline.at = 0;
    this.pending -= 1;
    // The interval stops by itself at the next tick, for the next request will want it again.
  }

  private start(now: number): void {
    this.lastTick = Math.floor(now / this.tickMs) - 1;
    this.interval = setInterval(() => this.look(), this.tickMs);
    this.interval.unref();
  }

  private look(): void {
    if (this.pending === 0) {
      clearInterval(this.interval);
      this.interval = undefined;
      return;
    }
    const now = this.now();
    const tick = Math.floor(now / this.tickMs);
    // After a long pause one turn is enough: it passes every slot.
    const from = Math.max(this.lastTick + 1, tick - SLOTS + 1);
    this.lastTick = tick;
    for (let due = from; due <= tick; due += 1) this.lookAt(this.slots[due % SLOTS] as Link, now);
  }

  private lookAt(slot: Link, now: number): void {
    const due: Deadline[] = [];
    for (let link = slot.next; link !== slot; link = link.next) if ((link as Deadline).at <= now) due.push(link as Deadline);
    for (const deadline of due) {
      // One that passed before may have cleared or moved this one.
      if (deadline.at === 0 || deadline.at > now) continue;
      this.cancel(deadline);
      deadline.passed();
    }
  }
}

function unlink(link: Link): void {
  link.previous.next = link.next;
  link.next.previous = link.previous;
  link.next = link;
  link.previous = link;
}
