/** A running Kafka of this machine. Everything started ends with the process that started it, however that ends. */
export interface Broker {
  /** What it is, in words: version and where it came from. */
  readonly description: string;
  /** "host:port", for WINDLASS_KAFKA_BROKERS. */
  readonly address: string;
  /** A port that clients are sent to who come to `address` of `behindProxy`: a proxy on it can cut them off. */
  readonly proxy: { readonly port: number; readonly target: number };
  /** Ends it at once, as a failing machine does; the data stays. */
  kill(): Promise<void>;
  /** Starts it again on its data and the same ports. */
  restart(): Promise<void>;
  /** Ends it in order and removes data that nobody named a place for. */
  stop(): Promise<void>;
}

export interface BrokerOptions {
  /** Where the data lies; a temporary directory, removed at the end, when absent. */
  readonly dataDirectory?: string;
  /** For clients; any free one when absent. */
  readonly port?: number;
}

export const READY_WITHIN_MS = 90_000;
