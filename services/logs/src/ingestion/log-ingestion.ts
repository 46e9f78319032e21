import { setImmediate } from 'node:timers/promises';
import { LogBatch } from '@windlass/contracts/logs/v1/log_batch';
import type { BusMessage, ConsumeOptions, Consumption, EventBus } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import type { LineBatch, LogStore } from '../lines/index.js';
import { LogStreamTable } from '../log-stream/index.js';
import { acceptedLine } from './accepted-line.js';
import { maskSecrets } from './mask-secrets.js';

export const TOPIC = 'logs.lines';
const GROUP = 'logs-ingestion';
/** Batches of so many partitions are handled at a time: the database works for one while lines of another are packed. */
const MEMBERS = 2;

/** Writes the lines that workers publish. A batch of a stream that is gone is dropped: its lines have no reader. */
export class LogIngestion {
  /** Batches dropped since the start, told with every further one. */
  private readonly dropped = { unknownStream: 0, unreadable: 0 };

  constructor(
    private readonly lines: LogStore,
    private readonly streams: LogStreamTable,
    private readonly logger: Logger,
  ) {}

  start(bus: EventBus): Promise<Consumption> {
    return consumeBeside(bus, MEMBERS, { group: GROUP, topics: [TOPIC], onMessages: (messages) => this.ingest(messages) });
  }

  async ingest(messages: readonly BusMessage[]): Promise<void> {
    const batches: LineBatch[] = [];
    for (const message of messages) {
      const batch = this.read(message);
      if (batch !== undefined) batches.push(batch);
      // Who writes much leaves the thread to others.
      await setImmediate();
    }
    const masking = await this.streams.maskingAmong(batches.map(({ streamId }) => streamId));
    const outcomes = await this.lines.append(batches.map((batch) => (masking.has(batch.streamId) ? masked(batch) : batch)));
    outcomes.forEach((outcome, index) => {
      if (outcome !== 'unknown stream') return;
      this.dropped.unknownStream += 1;
      const { batchId, streamId, projectId } = batches[index]!;
      const fields = { batch_id: batchId, log_stream_id: streamId, project_id: projectId, dropped: this.dropped.unknownStream };
      this.logger.warn(fields, 'log lines of an unknown stream were dropped');
    });
  }

  private read(message: BusMessage): LineBatch | undefined {
    try {
      const { batch_id, domain_id, project_id, log_stream_id, lines } = LogBatch.decode(message.payload);
      return { batchId: batch_id, domainId: domain_id, projectId: project_id, streamId: log_stream_id, lines: lines.map(acceptedLine) };
    } catch (error) {
      // Bytes that are no batch now will be none later: asking for them again would only hold up those behind.
      this.dropped.unreadable += 1;
      this.logger.error({ err: error, message_id: message.id, dropped: this.dropped.unreadable }, 'a message that is no log batch was dropped');
      return undefined;
    }
  }
}

function masked(batch: LineBatch): LineBatch {
  return { ...batch, lines: batch.lines.map((line) => ({ ...line, content: maskSecrets(line.content) })) };
}

/** Members of one group in this process; none is left when one of them cannot be had. */
async function consumeBeside(bus: EventBus, members: number, options: ConsumeOptions): Promise<Consumption> {
  const consumptions: Consumption[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(consumptions.map((consumption) => consumption.stop())));
  try {
    for (let member = 0; member < members; member += 1) consumptions.push(await bus.consume(options));
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
