import type { IngressLimits } from './limits.js';

type PaceLimits = Pick<IngressLimits, 'maxRefusalsPerSecond' | 'maxRefusalsPerSecondInAll' | 'refusalBurst' | 'maxRefusalDelayMs'>;

/** The oldest are forgotten beyond that. */
const MAX_PARTIES = 10_000;

/**
 * How long each refusal is held back. A refusal costs the gateway about what a served request costs it, and who is refused at once asks again at
 * once: so the refusals of one party (the account whose function is asked, or where there is none the client's address) come no faster than its
 * pace, in the order in which they were earned. As every connection waits for its answer before it asks for more, that bounds what they cost; what
 * is served is never held back, nor what others are refused.
 */
export class RefusalPace {
  /** Until when each party has refusals to wait for, those of its burst included; who was refused the longest ago comes first. */
  private readonly parties = new Map<string, number>();
  private readonly burstMs: number;
  private counted = 0;

  constructor(
    private readonly limits: PaceLimits,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.burstMs = (limits.refusalBurst * 1_000) / limits.maxRefusalsPerSecond;
  }

  /** Refusals since the start. */
  get count(): number {
    return this.counted;
  }

  /** Counts one refusal; in how many milliseconds it may be given. */
  delayOf(party: string): number {
    const { maxRefusalsPerSecond, maxRefusalsPerSecondInAll, maxRefusalDelayMs } = this.limits;
    const now = this.clock();
    this.counted += 1;
    this.forgetOne(now);
    const before = Math.max(this.parties.get(party) ?? 0, now);
    this.parties.delete(party);
    const intervalMs = Math.max(1_000 / maxRefusalsPerSecond, ((this.parties.size + 1) * 1_000) / maxRefusalsPerSecondInAll);
    const until = Math.min(before + intervalMs, now + this.burstMs + maxRefusalDelayMs);
    this.parties.set(party, until);
    return Math.max(0, until - now - this.burstMs);
  }

  /** Parties come one at a time, so it is enough that they go two at a time. */
  private forgetOne(now: number): void {
    for (let left = 2; left > 0; left -= 1) {
      const [oldest] = this.parties;
      if (oldest === undefined || (oldest[1] > now && this.parties.size < MAX_PARTIES)) return;
      this.parties.delete(oldest[0]);
    }
  }
}

/** Whose refusals these are where no account is asked: an IPv4 address; of IPv6 the network, for each host has as many addresses as it likes. */
export function partyOfAddress(address: string): string {
  if (!address.includes(':')) return address;
  const [front = '', back] = address.split('::');
  const groups = front === '' ? [] : front.split(':');
  if (back !== undefined) {
    const ending = back === '' ? 0 : back.split(':').length;
    while (groups.length < 4 && groups.length + ending < 8) groups.push('0');
    groups.push(...back.split(':'));
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
