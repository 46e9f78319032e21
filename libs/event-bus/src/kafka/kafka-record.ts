import type { KafkaMessage, Message } from 'kafkajs';
import type { PositionedMessage } from '../delivery/stopped-keys.js';
import type { BusMessage } from '../event-bus.js';
import { partitionOf } from '../partition-of.js';

const ID = 'windlass-id';
const HEADER = 'windlass-header-';
/** Stands between the key and the entity in the record's key, by which the broker compacts. */
const SEPARATOR = '\0';
const LONGEST_KEY = 512;

/**
 * A message as a record. The key decides the partition, so that its messages keep their order; the record's key is longer:
 * of an entity the newest record stays, and a message without an entity shares its record key with no other.
 */
export function toRecord(message: BusMessage): Message & { readonly partition: number } {
  const { key, id, entity, payload, headers } = message;
  return {
    partition: partitionOf(key),
    key: key + SEPARATOR + (entity === undefined ? `id:${id}` : `entity:${entity}`),
    value: Buffer.from(payload),
    headers: { [ID]: id, ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [HEADER + name, value])) },
  };
}

export function fromRecord(topic: string, record: KafkaMessage): PositionedMessage {
  const recordKey = record.key?.toString('utf8') ?? '';
  const headers = Object.entries(record.headers ?? {});
  const message: BusMessage = {
    topic,
    key: recordKey.slice(0, Math.max(0, recordKey.indexOf(SEPARATOR))),
    id: text(record.headers?.[ID]),
    payload: record.value ?? new Uint8Array(),
    headers: Object.fromEntries(headers.filter(([name]) => name.startsWith(HEADER)).map(([name, value]) => [name.slice(HEADER.length), text(value)])),
  };
  return { transactionId: '0', position: record.offset, message };
}

/** Refuses what a record cannot carry, before anything is sent. */
export function requireCarriable({ topic, key, id, entity }: BusMessage): void {
  for (const [name, value] of Object.entries({ topic, key, id, entity: entity ?? '' })) {
    if (typeof value !== 'string' || value.includes(SEPARATOR)) throw new TypeError(`The ${name} of a bus message must be text without U+0000.`);
  }
  if (Buffer.byteLength(key) > LONGEST_KEY) throw new TypeError(`The key of a bus message must not be longer than ${LONGEST_KEY} bytes.`);
}

function text(header: Buffer | string | (Buffer | string)[] | undefined): string {
  const value = Array.isArray(header) ? header[0] : header;
  return value === undefined ? '' : value.toString('utf8');
}
