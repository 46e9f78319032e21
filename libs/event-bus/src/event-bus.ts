/** A fact on its way to other services: bytes of a proto message of the topic's owner. */
export interface BusMessage {
  readonly topic: string;
  /** Messages of one topic and key are handed over in the order they were published. */
  readonly key: string;
  /** The publisher's own id of the fact. A repeated publish repeats it, so a consumer can recognise what it has seen. */
  readonly id: string;
  readonly payload: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ConsumeOptions {
  /** Members of a group share its messages; every group gets all of them, a new one from the oldest kept message on. */
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Handles a batch of one topic, in order. Never called again for the same keys before it has ended. A rejection brings
   * the same messages again, so handling must bear repetition.
   */
  readonly onMessages: (messages: readonly BusMessage[]) => Promise<void>;
}

export interface Consumption {
  /** Takes no more messages and resolves when the handler that is running has ended and its progress is kept. */
  stop(): Promise<void>;
}

/** Carries facts between services: in order per key, at least once, from the beginning for a new group. */
export interface EventBus {
  /** Publishes all of the messages or none; resolves when they will survive a crash. */
  publish(messages: readonly BusMessage[]): Promise<void>;
  consume(options: ConsumeOptions): Promise<Consumption>;
  /** Stops what consumes and lets go of every connection. */
  close(): Promise<void>;
}
