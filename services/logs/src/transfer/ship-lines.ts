import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Bucket } from '@windlass/object-storage';
import { lastLineNumber, type LogStore } from '../lines/index.js';
import { ObjectCutter, type ObjectLines } from './cut-objects.js';
import type { Progress, ProgressTable } from './progress-table.js';
import type { TransferSettings } from './transfer.decider.js';

const compress = promisify(gzip);

export interface Shipment {
  readonly progress: Progress;
  readonly settings: TransferSettings;
  readonly names: { readonly group: string; readonly stream: string };
  readonly bucket: Bucket;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Ships the lines of a stream up to the end of its last whole period, an object at a time, and remembers each. How far it will go is remembered
 * before the first: if it is broken off anywhere, the next attempt goes on with the object that was under way, cuts it as it was cut, and
 * writes it under the name it had. So no line is left out and none stands in two objects.
 */
export async function shipLines(lines: LogStore, table: ProgressTable, { progress, settings, names, bucket, now }: Shipment): Promise<void> {
  const { streamId, shippedTo } = progress;
  const to = progress.shippingTo ?? (await end(lines, streamId, settings.periodMinutes, now));
  if (to <= shippedTo) return;
  if (progress.shippingTo === null) await table.intend(progress, to);
  const cutter = new ObjectCutter(settings, names);
  let last = shippedTo;
  const put = async (object: ObjectLines | undefined, lastLine: bigint): Promise<void> => {
    if (object === undefined) return;
    await bucket.put(object.key, await compress(object.text), 'application/gzip');
    await table.shipped(progress, lastLine);
  };
  for await (const portion of lines.scan({ streamId, from: shippedTo + 1n, to, labels: {} }, { order: 'ascending', deadline: Number.MAX_SAFE_INTEGER })) {
    for (const line of portion) {
      await put(cutter.add(line), last);
      last = line.lineNumber;
    }
  }
  await put(cutter.end(), last);
  await table.shipped(progress, to);
}

/** No line up to the head is still to come, and the period is over: what is to be shipped is settled. */
async function end(lines: LogStore, streamId: string, periodMinutes: number, now: number): Promise<bigint> {
  const period = periodMinutes * 60_000;
  const over = lastLineNumber(Math.floor(now / period) * period - 1);
  const head = (await lines.heads([streamId])).get(streamId) ?? 0n;
  return head < over ? head : over;
}

/** When the period that a time lies in ends. */
export function periodEnd(periodMinutes: number, now: number): number {
  const period = periodMinutes * 60_000;
  return (Math.floor(now / period) + 1) * period;
}
