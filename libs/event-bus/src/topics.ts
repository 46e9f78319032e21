/** How a topic of the platform is laid out and how long its messages live. */
export interface TopicPolicy {
  /** Part of the topic's name at the broker: what cannot be read by those who read it until now goes to a new one. */
  readonly version: number;
  /**
   * `newest`: for ever, of each entity only the newest message, so that a new group can build its whole state.
   * `consumed`: deleted so many milliseconds after publication once every group has taken it.
   */
  readonly keep: 'newest' | { readonly consumedMilliseconds: number };
}

const HOUR = 60 * 60_000;

// Lines live in the log store once they were written. The hour is for an operator who looks at what went wrong.
const POLICIES: Readonly<Record<string, TopicPolicy>> = {
  'logs.lines': { version: 1, keep: { consumedMilliseconds: HOUR } },
};

/** A topic that is not named is a catalog: kept for ever, in its first version. */
export function topicPolicy(topic: string): TopicPolicy {
  return POLICIES[topic] ?? { version: 1, keep: 'newest' };
}
