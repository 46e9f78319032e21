import { LogBatch } from '@windlass/contracts/logs/v1/log_batch';
import type { BusMessage } from '@windlass/event-bus';

const TOPIC = 'logs.lines';

/** Lines of one stream as they travel: made once and never changed, so that the same id is the same lines for ever. */
export interface ShippedBatch {
  readonly id: string;
  readonly streamId: string;
  readonly lines: number;
  readonly payload: Uint8Array;
}

export function encodeBatch(batch: LogBatch): ShippedBatch {
  return { id: batch.batch_id, streamId: batch.log_stream_id, lines: batch.lines.length, payload: LogBatch.encode(batch).finish() };
}

/** Reads a payload back. Throws when the bytes are no batch. */
export function decodeBatch(payload: Uint8Array): ShippedBatch {
  const { batch_id: id, log_stream_id: streamId, lines } = LogBatch.decode(payload);
  return { id, streamId, lines: lines.length, payload };
}

export function messageOf({ id, streamId, payload }: ShippedBatch): BusMessage {
  return { topic: TOPIC, key: streamId, id, payload };
}
