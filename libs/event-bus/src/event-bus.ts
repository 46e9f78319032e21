/** A fact on its way to other services: bytes of a proto message of the topic's owner. */
export interface BusMessage {
  readonly topic: string;
  /** Messages of one topic and key are handed over in the order they were published. At most 512 bytes, without U+0000. */
  readonly key: string;
  /** The publisher's own id of the fact. A repeated publish repeats it, so a consumer can recognise what it has seen. */
  readonly id: string;
  readonly payload: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Names what this message states in full, such as one function of the key's many: an older message of the same topic, key
   * and entity may then be forgotten in favour of this one. A message without is kept as long as its topic says.
   */
  readonly entity?: string;
}

export interface ConsumeOptions {
  /** Members of a group share its messages; every group gets all of them, a new one from the oldest kept message on. */
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Handles a batch of one topic, in order. Never called again for the same keys before it has ended. A rejection brings
   * the same messages again, so handling must bear repetition. A message that is rejected again and again stops its key,
   * unless the rejection says that something the handler needs is not there (a WindlassError of kind `unavailable`, a
   * connection that failed): then all wait.
   */
  readonly onMessages: (messages: readonly BusMessage[]) => Promise<void>;
}

export interface Consumption {
  /** Takes no more messages and resolves when the handler that is running has ended and its progress is kept. */
  stop(): Promise<void>;
}

/** How far a group is behind what was published on a topic. */
export interface GroupLag {
  readonly group: string;
  readonly topic: string;
  /** Messages it has not taken yet; those waiting behind a stopped key are not among them. */
  readonly behind: number;
}

/** How far a service is behind in telling the bus what has happened to it. */
export interface RelayLag {
  readonly service: string;
  /** Events the bus was not told of yet; with more than 10000, that many. */
  readonly waiting: number;
  /** When the oldest of them was recorded; undefined when none waits. */
  readonly oldestAt: Date | undefined;
}

export interface ReportedRelayLag extends RelayLag {
  /** By the clock of the bus. Services report at least every ten seconds: an older one is of a service that does not run. */
  readonly reportedAt: Date;
}

export interface StoppedKeyName {
  readonly group: string;
  readonly topic: string;
  readonly key: string;
}

/** A key whose first waiting message could not be handled. It is tried again by itself, ever more rarely. */
export interface StoppedKey extends StoppedKeyName {
  /** Of the message that fails. */
  readonly messageId: string;
  readonly error: string;
  /** Tries of that message so far. */
  readonly failures: number;
  readonly stoppedAt: Date;
  readonly nextTryAt: Date;
  /** Messages that wait, the one that fails among them. */
  readonly waiting: number;
}

export interface BusStatus {
  readonly adapter: 'postgres' | 'kafka';
  /** As each service last reported. */
  readonly relays: readonly ReportedRelayLag[];
  readonly groups: readonly GroupLag[];
  readonly stoppedKeys: readonly StoppedKey[];
}

/** Carries facts between services: in order per key, at least once, from the beginning for a new group. */
export interface EventBus {
  /** Publishes all of the messages or none; resolves when they will survive a crash. */
  publish(messages: readonly BusMessage[]): Promise<void>;
  consume(options: ConsumeOptions): Promise<Consumption>;
  /** Names what messages are published to. Another answer than before means: a bus that holds nothing of what was published then. */
  identity(): Promise<string>;
  /** Keeps how far a service's relay is behind, in place of its last report, for `status`. */
  reportRelay(lag: RelayLag): Promise<void>;
  /** For operators: how far each relay and each group is, and what has stopped. */
  status(): Promise<BusStatus>;
  /** Has a stopped key tried again now; false when it is not stopped. */
  retryStoppedKey(name: StoppedKeyName): Promise<boolean>;
  /**
   * Gives up the message that stops a key, which is then never handled by that group; those behind it go on. False when that
   * message is not the one that fails.
   */
  giveUpMessage(name: StoppedKeyName & { readonly messageId: string }): Promise<boolean>;
  /**
   * Ends a group without members: what it has taken and what is stopped for it is forgotten, and its messages may go. One of that
   * name begins anew, with the oldest kept message.
   */
  forgetGroup(group: string): Promise<void>;
  /** Stops what consumes and lets go of every connection. */
  close(): Promise<void>;
}
