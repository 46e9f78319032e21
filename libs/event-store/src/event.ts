/** What happened, in an aggregate's own words. Each aggregate's events are a closed union of these. */
export interface DomainEvent {
  readonly type: string;
  readonly data: object;
}

/** Who caused an event, and by which request. Part of what the hash chain protects. */
export interface EventMetadata {
  readonly actor: string;
  readonly requestId: string;
  readonly correlationId?: string;
  readonly causationId?: string;
}

/** An event as the store keeps it. */
export interface StoredEvent<E extends DomainEvent = DomainEvent> {
  readonly id: string;
  readonly streamId: string;
  /** 1 for a stream's first event. */
  readonly version: number;
  /** Handed out before commit: order by (`transactionId`, `globalPosition`), never by this alone. */
  readonly globalPosition: bigint;
  readonly transactionId: bigint;
  readonly tenant: string;
  readonly type: E['type'];
  readonly data: E['data'];
  readonly schemaVersion: number;
  readonly metadata: EventMetadata;
  readonly recordedAt: Date;
}
