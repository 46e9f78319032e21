/** Why an upgraded connection is over. */
export type UpgradeEnd =
  /** One of the two closed it. */
  | { readonly kind: 'closed' }
  /** Nobody said anything for as long as `limitMs`, or it lasted that long in all; `setting` is where the operator changes it. */
  | { readonly kind: 'silent' | 'too-old'; readonly limitMs: number; readonly setting: string };

/** Limits of an upgraded connection, in milliseconds. No timer of HTTP holds for it. */
export interface UpgradeLimits {
  /** How long both sides may be silent. */
  readonly idleMs: number;
  /** How long it may last. */
  readonly maxMs: number;
}

/** How long both may be silent when one has ended its side: many servers do not notice that, and would keep the rest for ever. */
export const HALF_OPEN_SILENCE_MS = 5_000;

export const CLOSED: UpgradeEnd = { kind: 'closed' };
