import type { RecordedEvent } from '@windlass/contracts/history/v1/event_source_service';
import { GENESIS, placeOf, type EventFinding } from '@windlass/hash-chain';

type Linked = Pick<RecordedEvent, 'stream_id' | 'version' | 'position' | 'previous_hash' | 'hash' | 'hash_holds'>;

interface Stream {
  version: number;
  hash: Buffer;
  /** Events whose predecessors have not come yet, by version. */
  readonly waiting: Map<number, Linked>;
}

/**
 * Follows the hash chains of a service's streams: what shows tampering with events that no checkpoint covers yet. A
 * transaction that wrote elsewhere first may append to a stream after a younger one did, and its event then comes earlier in
 * the log: so events wait for those before them in their stream.
 */
export class StreamLinks {
  private readonly streams = new Map<string, Stream>();
  private readonly wrong: EventFinding[] = [];

  constructor(private readonly service: string) {}

  follow(event: Linked): void {
    let stream = this.streams.get(event.stream_id);
    if (stream === undefined) this.streams.set(event.stream_id, (stream = { version: 0, hash: GENESIS, waiting: new Map() }));
    if (event.version <= stream.version || stream.waiting.has(event.version)) {
      this.report('inserted', event, `was inserted: the stream has a version ${event.version} already`);
      return;
    }
    stream.waiting.set(event.version, event);
    for (let next = stream.waiting.get(stream.version + 1); next !== undefined; next = stream.waiting.get(stream.version + 1)) {
      stream.waiting.delete(next.version);
      if (!next.hash_holds) this.report('altered', next, 'was altered: its content does not match its hash');
      else if (!next.previous_hash.equals(stream.hash)) this.report('altered', next, 'was altered, or the one before it was: it does not follow it');
      stream.version = next.version;
      stream.hash = next.hash;
    }
  }

  /** What is wrong when the log has been read to its end. */
  finish(): readonly EventFinding[] {
    for (const { version, waiting } of this.streams.values()) {
      const [after] = [...waiting.values()].sort((a, b) => a.version - b.version);
      if (after !== undefined) this.report('missing', { ...after, version: version + 1 }, `is missing: the next one there is version ${after.version}`);
    }
    return this.wrong;
  }

  private report(kind: EventFinding['kind'], { stream_id: streamId, version, position }: Linked, what: string): void {
    this.wrong.push({ kind, service: this.service, streamId, version, position, message: `The event ${placeOf(this.service, { streamId, version, position })} ${what}.` });
  }
}
