/** Why a customer's key cannot be used. */
export type KeyProblem = 'disabled' | 'pending_import' | 'pending_deletion' | 'deleted';

export interface KeyNews {
  readonly keyId: string;
  readonly state: 'enabled' | KeyProblem;
  /** Of two news of a key the one with the greater revision is the later one. */
  readonly revision: number;
}

/** How many keys are remembered; of others the next start finds out. */
const MOST_KEYS = 10_000;

/**
 * What was heard of customers' keys: a start that cannot succeed is refused without asking anybody. Silence says nothing of a key; whether it
 * can be used is decided where it is used.
 */
export class KeyStates {
  private readonly known = new Map<string, KeyNews>();

  /** Whether it is news. What comes again, or late, is not. */
  learn(news: KeyNews): boolean {
    const before = this.known.get(news.keyId);
    if (before !== undefined && before.revision >= news.revision) return false;
    this.known.delete(news.keyId);
    this.known.set(news.keyId, news);
    const [oldest] = this.known.keys();
    if (this.known.size > MOST_KEYS && oldest !== undefined) this.known.delete(oldest);
    return before?.state !== news.state;
  }

  /** The first of the keys that cannot be used, and why. */
  problemOf(keyIds: readonly string[]): { readonly keyId: string; readonly problem: KeyProblem } | undefined {
    for (const keyId of keyIds) {
      const state = this.known.get(keyId)?.state;
      if (state !== undefined && state !== 'enabled') return { keyId, problem: state };
    }
    return undefined;
  }
}
