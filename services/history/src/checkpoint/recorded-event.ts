import type { RecordedEvent } from '@windlass/contracts/history/v1/event_source_service';
import type { ShownEvent } from '@windlass/hash-chain';

/** What a checkpoint seals and an export shows of an event as its service tells it. */
export function shownEvent(event: RecordedEvent): ShownEvent {
  const { position, id, stream_id: streamId, version, type, schema_version: schemaVersion, tenant, recorded_at: recordedAt } = event;
  return { position, id, streamId, version, type, schemaVersion, tenant, data: JSON.parse(event.data) as unknown, metadata: JSON.parse(event.metadata) as unknown, recordedAt };
}
