import type { BusMessage } from '../event-bus.js';
import { retryDelay, type RetryPolicy } from '../retry-policy.js';
import { isOutage } from './outage.js';

/** A message that its group does not take now, as its key is stopped: by itself, with the error, or by one before it. */
export interface Parked<M> {
  readonly positioned: M;
  readonly error?: unknown;
}

export interface Delivered<M> {
  /** So many messages, from the first on, are done with: handled, or among the parked. */
  readonly done: number;
  readonly parked: readonly Parked<M>[];
  /** Why the rest has to wait, when it does. */
  readonly waits?: { readonly reason: 'outage' | 'no room to park'; readonly error?: unknown };
}

/**
 * Hands a batch of one partition over. When that fails each message is tried alone, so that one that cannot be handled stops
 * its own key only: it is parked, and so is every later message of the key, while the others are handled.
 */
export async function deliver<M extends { readonly message: BusMessage }>(
  batch: readonly M[],
  options: {
    readonly onMessages: (messages: readonly BusMessage[]) => Promise<void>;
    /** Keys that are stopped already. */
    readonly stopped: ReadonlySet<string>;
    /** How many messages more may be parked. */
    readonly room: number;
    readonly retry: RetryPolicy;
    readonly pause: (milliseconds: number) => Promise<void>;
    /** Asked between messages: whether to leave the rest for later. */
    readonly interrupted: () => boolean;
  },
): Promise<Delivered<M>> {
  const { onMessages, retry, pause, interrupted } = options;
  const stopped = new Set(options.stopped);
  const free = batch.filter(({ message }) => !stopped.has(message.key));
  const parked: Parked<M>[] = [];
  const park = (entry: Parked<M>): boolean => parked.length < options.room && parked.push(entry) > 0;

  let failedOnce: { readonly error: unknown } | undefined;
  if (free.length === batch.length) {
    try {
      await onMessages(batch.map(({ message }) => message));
      return { done: batch.length, parked };
    } catch (error) {
      if (isOutage(error)) return { done: 0, parked, waits: { reason: 'outage', error } };
      if (batch.length === 1) failedOnce = { error };
    }
  }
  for (const [index, positioned] of batch.entries()) {
    if (interrupted()) return { done: index, parked };
    const { message } = positioned;
    if (stopped.has(message.key)) {
      if (!park({ positioned })) return { done: index, parked, waits: { reason: 'no room to park' } };
      continue;
    }
    const failure = await tryAlone(message, failedOnce);
    if (failure === undefined) continue;
    if (isOutage(failure.error)) return { done: index, parked, waits: { reason: 'outage', error: failure.error } };
    if (interrupted()) return { done: index, parked };
    if (!park({ positioned, error: failure.error })) return { done: index, parked, waits: { reason: 'no room to park', error: failure.error } };
    stopped.add(message.key);
  }
  return { done: batch.length, parked };

  /** The last failure, after as many tries as the policy has; undefined when one of them succeeded. */
  async function tryAlone(message: BusMessage, before: { readonly error: unknown } | undefined): Promise<{ readonly error: unknown } | undefined> {
    let failure = before;
    for (let tries = failure === undefined ? 0 : 1; tries < retry.triesOnTheSpot; tries++) {
      if (tries > 0) await pause(retryDelay(retry, tries));
      if (interrupted() && failure !== undefined) return failure;
      try {
        await onMessages([message]);
        return undefined;
      } catch (error) {
        failure = { error };
        if (isOutage(error)) return failure;
      }
    }
    return failure;
  }
}
