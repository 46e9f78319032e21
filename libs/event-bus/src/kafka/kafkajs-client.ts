import { createRequire } from 'node:module';
import type { Kafka as KafkaClient, LogEntry } from 'kafkajs';
import type { Logger } from '@windlass/telemetry';

const require = createRequire(import.meta.url);

const { Kafka, logLevel, Partitioners } = require('kafkajs') as typeof import('kafkajs');
patchRequestQueue();

/** A client that gives up soon enough for its user to decide what next, and writes what it has to say into our log. */
export function kafkaClient(brokers: readonly string[], logger: Logger): KafkaClient {
  return new Kafka({
    clientId: 'windlass',
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 5 },
    logLevel: logLevel.WARN,
    // What fails is told by whoever asked for it, with what it means; here it is for those who look closer.
    logCreator: () => (entry: LogEntry) => logger.debug({ kafka: { ...entry.log, timestamp: undefined, logger: undefined, stack: undefined } }, `kafka client: ${entry.log.message}`),
  });
}

/** Never asked, as every message names its partition; named, since the client warns about its default. */
export const createPartitioner = Partitioners.DefaultPartitioner;

interface RequestQueue {
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  throttledUntil: number;
  pending: readonly unknown[];
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/**
 * kafkajs 2.2.4 keeps a timer of one millisecond running on every connection for ever, 4.5 % of a core each, and gives it
 * negative times, of which Node 24 warns (tulios/kafkajs#1751). A check is needed only while requests wait.
 */
function patchRequestQueue(): void {
  const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.throttleCheckTimeoutId) return;
    let inMilliseconds = this.throttledUntil - Date.now();
    if (!(inMilliseconds > 0)) {
      if (this.pending.length === 0) return;
      inMilliseconds = 10;
    }
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, inMilliseconds);
  };
}
