/** What happened, in an aggregate's own words. Each aggregate's events are a closed union of these. */
export interface DomainEvent {
  readonly type: string;
  readonly data: object;
}

/** Who caused an event, from where and by which request. Part of what the hash chain protects. */
export interface EventMetadata {
  readonly actor: string;
  readonly requestId: string;
  /** The actor's name at that time, its account, the agency it acted through and the access key it signed with. */
  readonly actorName?: string;
  readonly actorDomain?: string;
  readonly agency?: string;
  readonly accessKey?: string;
  /** Where the request came from: IP address, and what the client calls itself. Events of the first releases have neither. */
  readonly sourceAddress?: string;
  readonly userAgent?: string;
  readonly correlationId?: string;
  readonly causationId?: string;
}

/** What the store knows about an event beside what happened. */
export interface EventEnvelope {
  /** A UUID. */
  readonly id: string;
  readonly streamId: string;
  /** 1 for a stream's first event, without gaps. */
  readonly version: number;
  /** Handed out before commit: the order of all events is (`transactionId`, `globalPosition`), never this alone. */
  readonly globalPosition: bigint;
  readonly transactionId: bigint;
  readonly tenant: string;
  readonly metadata: EventMetadata;
  readonly recordedAt: Date;
}

/** An event as the store keeps it: usable wherever the plain event is, and narrowed by its `type` just so. */
export type StoredEvent<E extends DomainEvent = DomainEvent> = EventEnvelope & E;
