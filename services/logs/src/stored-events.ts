import { EventStore, type EventTypes, type Upcast } from '@windlass/event-store';
import type { DataSource } from 'typeorm';
import type { LogGroupEvent } from './log-group/index.js';
import type { LogStreamEvent } from './log-stream/index.js';
import type { TransferEvent } from './transfer/index.js';

/** All that this service stores. The shape of each is recorded in fixtures/events. */
export type StoredEvents = LogGroupEvent | LogStreamEvent | TransferEvent;

/** Before there were tags, and where there were none, none was told. */
const withTags: Upcast = (data) => ({ tags: {}, ...data });

export const eventTypes: EventTypes<StoredEvents> = {
  LogGroupCreated: [withTags],
  LogGroupTagged: [],
  LogGroupRetentionChanged: [],
  LogGroupDeleted: [],
  LogStreamCreated: [withTags],
  LogStreamRetentionChanged: [],
  LogStreamTagged: [],
  LogStreamMaskingChanged: [],
  LogStreamDeleted: [],
  LogTransferCreated: [],
  LogTransferChanged: [],
  LogTransferDeleted: [],
};

/** The events of this service. */
export function openEvents(dataSource: DataSource): EventStore {
  return new EventStore(dataSource, { schema: 'logs', eventTypes });
}
