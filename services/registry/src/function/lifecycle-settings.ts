import { refusal } from '../refusal.js';
import type { FunctionSettings } from './function.state.js';

/** The fields about what an instance is told at its beginning and its end. */
export interface LifecycleFields {
  readonly initializer_handler?: string;
  readonly initializer_timeout: number;
  readonly pre_stop_handler?: string;
  readonly pre_stop_timeout?: number;
}

const LONGEST_HANDLER = 128;
const LONGEST_START = 300;
const LONGEST_PRE_STOP = 90;
/** A request target as HTTP writes it. */
const PATH = /^\/[\x21\x22\x24-\x7e]*$/;

/** Where handlers are called that are no path: as the real platform calls the initializer of a server of one's own. */
const INITIALIZER_PATH = '/init';
const PRE_STOP_PATH = '/pre-stop';

/**
 * Reads initializer and pre-stop. For an HTTP function each is a POST to the app: to the path that the handler is, or else to the usual
 * one. FSS.1404 for an initializer that cannot be called, FSS.1405 for its time, FSS.0400 for the pre-stop.
 */
export function readLifecycle(fields: LifecycleFields): Pick<FunctionSettings, 'initializerTimeoutSeconds' | 'initializerHandler' | 'preStop'> {
  const { initializer_handler: initializer = '', initializer_timeout: startSeconds, pre_stop_handler: preStop = '', pre_stop_timeout: preStopSeconds = 0 } = fields;
  requireHandler('initializer_handler', 'FSS.1404', initializer);
  requireHandler('pre_stop_handler', 'FSS.0400', preStop);
  if (startSeconds > LONGEST_START || (initializer !== '' && startSeconds === 0)) {
    const given = startSeconds === 0 ? 'is missing' : `is ${startSeconds}`;
    throw refusal('invalid', 'FSS.1405', 'INITIALIZER_TIMEOUT_INVALID', `initializer_timeout ${given}. Starting may take 1 to ${LONGEST_START} seconds, the initializer included.`);
  }
  if (preStopSeconds > LONGEST_PRE_STOP || (preStop === '') !== (preStopSeconds === 0)) {
    throw refusal(
      'invalid',
      'FSS.0400',
      'PRE_STOP_TIMEOUT_INVALID',
      `pre_stop_timeout is ${preStopSeconds}${preStop === '' ? ' and there is no pre_stop_handler' : ''}. With a handler it is 1 to ${LONGEST_PRE_STOP} seconds, without one it is left out.`,
    );
  }
  return {
    initializerTimeoutSeconds: startSeconds,
    ...(initializer === '' ? {} : { initializerHandler: initializer }),
    ...(preStop === '' ? {} : { preStop: { handler: preStop, timeoutSeconds: preStopSeconds } }),
  };
}

function requireHandler(field: string, code: 'FSS.1404' | 'FSS.0400', handler: string): void {
  const isPath = handler.startsWith('/');
  if (handler.length > LONGEST_HANDLER || handler.includes('\0') || (isPath && !PATH.test(handler))) {
    throw refusal('invalid', code, 'LIFECYCLE_HANDLER_INVALID', `${field} is not valid. Use a path of your app such as /warm-up, of at most ${LONGEST_HANDLER} characters.`);
  }
}

/** Where the app's initializer is called; empty without one. */
export function initializerPath({ initializerHandler: handler = '' }: FunctionSettings): string {
  return pathOf(handler, INITIALIZER_PATH);
}

/** Where the app is told that its instance ends; empty where it is not. */
export function preStopPath({ preStop }: FunctionSettings): string {
  return pathOf(preStop?.handler ?? '', PRE_STOP_PATH);
}

function pathOf(handler: string, usual: string): string {
  if (handler === '') return '';
  return handler.startsWith('/') ? handler : usual;
}
