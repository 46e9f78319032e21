import type { Position } from '@windlass/event-store';

const POSITION = /^([a-z]{1,20}):(\d{1,20})\.(\d{1,19})$/;
const LARGEST_TRANSACTION = 2n ** 64n - 1n;
const LARGEST_NUMBER = 2n ** 63n - 1n;

/** A place in the log of one service. */
export interface ServicePosition extends Position {
  readonly service: string;
}

/** `<service>:<transaction>.<number>`: how tenants are told a position and give it back. */
export function writePosition(service: string, { transactionId, globalPosition }: Position): string {
  return `${service}:${transactionId}.${globalPosition}`;
}

/** Undefined when the text is no position. */
export function readPosition(text: string): ServicePosition | undefined {
  const [, service, transaction, number] = POSITION.exec(text) ?? [];
  if (service === undefined || transaction === undefined || number === undefined) return undefined;
  const [transactionId, globalPosition] = [BigInt(transaction), BigInt(number)];
  return transactionId > LARGEST_TRANSACTION || globalPosition > LARGEST_NUMBER ? undefined : { service, transactionId, globalPosition };
}
