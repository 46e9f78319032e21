import { LogBatch } from '@windlass/contracts/logs/v1/log_batch';
import type { BusMessage, Consumption, EventBus } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import type { AppendOutcome, LineBatch, LogStore } from '../lines/index.js';
import { acceptedLine } from './accepted-line.js';

const TOPIC = 'logs.lines';
const GROUP = 'logs-ingestion';

/** Why a batch of the bus did or did not become lines. */
export type BatchOutcome = AppendOutcome | 'unreadable';

/** Writes the lines that workers publish. A batch of a stream that is gone is dropped: its lines have no reader. */
export class LogIngestion {
  private readonly counts: Record<BatchOutcome, number> = { written: 0, duplicate: 0, 'unknown stream': 0, unreadable: 0 };

  constructor(
    private readonly lines: LogStore,
    private readonly logger: Logger,
  ) {}

  /** Batches seen since the start, by what became of them. */
  get batches(): Readonly<Record<BatchOutcome, number>> {
    return this.counts;
  }

  start(bus: EventBus): Promise<Consumption> {
    return bus.consume({ group: GROUP, topics: [TOPIC], onMessages: (messages) => this.ingest(messages) });
  }

  async ingest(messages: readonly BusMessage[]): Promise<void> {
    const batches = messages.map((message) => this.read(message)).filter((batch) => batch !== undefined);
    const outcomes = await this.lines.append(batches);
    outcomes.forEach((outcome, index) => {
      this.counts[outcome] += 1;
      if (outcome !== 'unknown stream') return;
      const { batchId, streamId, projectId } = batches[index]!;
      this.logger.warn({ batch_id: batchId, log_stream_id: streamId, project_id: projectId, dropped: this.counts[outcome] }, 'log lines of an unknown stream were dropped');
    });
  }

  private read(message: BusMessage): LineBatch | undefined {
    try {
      const { batch_id, domain_id, project_id, log_stream_id, lines } = LogBatch.decode(message.payload);
      return { batchId: batch_id, domainId: domain_id, projectId: project_id, streamId: log_stream_id, lines: lines.map(acceptedLine) };
    } catch (error) {
      // Bytes that are no batch now will be none later: asking for them again would only hold up those behind.
      this.counts.unreadable += 1;
      this.logger.error({ err: error, message_id: message.id, dropped: this.counts.unreadable }, 'a message that is no log batch was dropped');
      return undefined;
    }
  }
}
