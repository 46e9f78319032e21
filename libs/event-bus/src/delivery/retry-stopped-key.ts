import type { Logger } from '@windlass/telemetry';
import type { BusMessage, ConsumeOptions } from '../event-bus.js';
import { retryDelay, type RetryPolicy } from '../retry-policy.js';
import { isOutage } from './outage.js';
import type { DueKey, WaitingMessages } from './stopped-keys.js';

const BATCH = 128;

/** A message that failed as often as the policy bears. */
export interface DeadLetter {
  readonly message: BusMessage;
  readonly group: string;
  readonly failures: number;
  readonly error: string;
}

/**
 * Tries a stopped key again: its first message alone, and when that works those behind it. To be called by the partition's
 * owner only, and never beside its handler. Answers after how many milliseconds it is to be tried again, when it failed.
 */
export async function retryStoppedKey(
  kept: WaitingMessages,
  due: DueKey,
  options: Pick<ConsumeOptions, 'onMessages'> & {
    readonly retry: RetryPolicy;
    readonly logger: Logger;
    readonly onDeadLetter?: (letter: DeadLetter) => Promise<void>;
  },
): Promise<number | undefined> {
  const { onMessages, retry, logger } = options;
  const { group, topic, key } = due;
  const waiting = await kept.readWaiting(due, BATCH);
  const portions = due.failures > 0 ? [waiting.slice(0, 1), waiting.slice(1)] : [waiting];
  for (const portion of portions) {
    const messages = portion.map(({ message }) => message);
    try {
      if (messages.length > 0) await onMessages(messages);
    } catch (error) {
      const first = messages[0] as BusMessage;
      const outage = isOutage(error);
      // Of several, which one failed is not known: the first is tried alone next, at once.
      const failures = outage ? due.failures : portion === portions[0] && messages.length === 1 ? due.failures + 1 : 1;
      const retryMilliseconds = retryDelay(retry, failures);
      await kept.keepStopped(due, { failures, error, retryMilliseconds });
      if (failures === retry.maxFailures && !outage) {
        logger.error({ err: error, group, topic, key, id: first.id, failures }, 'a message cannot be handled; its key is stopped until it can, or until an operator gives it up');
        await options.onDeadLetter?.({ message: first, group, failures, error: String(error) });
      } else {
        logger.warn({ err: error, group, topic, key, id: first.id, failures, retry_in_ms: retryMilliseconds }, 'a stopped key failed again');
      }
      return retryMilliseconds;
    }
    if (await kept.settle(due, portion)) logger.info({ group, topic, key }, 'a stopped key goes on');
  }
  return undefined;
}
