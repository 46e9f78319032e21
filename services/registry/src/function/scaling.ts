import { refusal } from '../refusal.js';
import type { Scaling } from './function.state.js';

/** What a new function gets (v2 functions: 400 instances, one request each). */
export const DEFAULT_SCALING: Scaling = { maxInstances: 400, instanceConcurrency: 1 };

/** Of one function. */
export const MOST_INSTANCES = 1000;
const MOST_REQUESTS = 1000;

/** -1 without limit, 0 disabled, otherwise 1 to 1000; FSS.1026. */
export function requireMaxInstances(value: number): number {
  if (value < -1 || value > MOST_INSTANCES) {
    throw refusal(
      'invalid',
      'FSS.1026',
      'CONCURRENCY_INVALID',
      `The most instances of a function are 1 to ${MOST_INSTANCES}, -1 for no limit, or 0 to disable it; not ${value}.`,
    );
  }
  return value;
}

/** 1 to 1000; FSS.1026. */
export function requireInstanceConcurrency(value: number): number {
  if (value < 1 || value > MOST_REQUESTS) {
    throw refusal(
      'invalid',
      'FSS.1026',
      'CONCURRENCY_INVALID',
      `strategy_config.concurrent_num is ${value}. One instance handles 1 to ${MOST_REQUESTS} requests at once.`,
    );
  }
  return value;
}
