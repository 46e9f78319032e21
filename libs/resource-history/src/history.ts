import { WindlassError } from '@windlass/errors';
import type { EventStore, StoredEvent } from '@windlass/event-store';
import type { HistoryResource } from './history-resource.js';
import { happenedBy, type Moment } from './moment.js';
import { readPosition } from './position-text.js';
import { readTime } from './read-time.js';

export interface HistoryOptions {
  /** Short name of the service, which its positions begin with. */
  readonly service: string;
  /** The code of the service's API for a parameter that makes no sense. */
  readonly invalidCode: string;
  readonly clock?: () => Date;
}

/** Answers what a service's resources were like at moments of the past, from their events. */
export class History {
  readonly service: string;
  private readonly invalidCode: string;
  private readonly clock: () => Date;

  constructor(
    readonly store: EventStore,
    { service, invalidCode, clock = () => new Date() }: HistoryOptions,
  ) {
    this.service = service;
    this.invalidCode = invalidCode;
    this.clock = clock;
  }

  /**
   * The moment that a tenant names: an RFC 3339 time that is over, or the position of an event of its own in this service.
   * Anything else is "invalid"; `parameter` is what it is called in the request.
   */
  async moment(tenant: string, text: string, parameter = 'as_of'): Promise<Moment> {
    const position = readPosition(text);
    if (position !== undefined) {
      if (position.service !== this.service) {
        throw this.invalid('POSITION_OF_OTHER_SERVICE', `${parameter} is a position of another service, "${position.service}": what is asked for is kept by "${this.service}": give a time, or a position that begins with "${this.service}:".`);
      }
      const at = await this.store.recordedAt(tenant, position);
      if (at === undefined) throw this.invalid('POSITION_UNKNOWN', `${parameter} is the position of no event of this account.`);
      return { at, position };
    }
    const at = readTime(text);
    if (at === undefined) {
      throw this.invalid('MOMENT_INVALID', `${parameter} must be a time such as 2026-11-22T09:30:00Z (RFC 3339), or the position of an event as the audit trail shows it.`);
    }
    const now = this.clock();
    if (at.getTime() > now.getTime()) throw this.invalid('MOMENT_IN_FUTURE', `${parameter} is in the future; it is now ${now.toISOString()}.`);
    return { at };
  }

  now(): Moment {
    return { at: this.clock() };
  }

  /** The resource's state at the moment; undefined when there was none yet. The stream's events must be the tenant's. */
  async stateAt<S>(resource: HistoryResource<S>, tenant: string, streamId: string, moment: Moment): Promise<S | undefined> {
    let state: S | undefined;
    for (const event of await this.store.load(streamId)) {
      // Of what comes later in a stream nothing had happened, whatever a clock that went back says.
      if (event.tenant !== tenant || !happenedBy(event, moment)) break;
      state = resource.evolve(state ?? resource.initial, event as StoredEvent);
    }
    return state;
  }

  /** States at the moment of all resources of that kind that the tenant had ever had by then, by stream. */
  async statesAt<S>(resource: HistoryResource<S>, tenant: string, moment: Moment): Promise<ReadonlyMap<string, S>> {
    const states = new Map<string, S>();
    let ended: string | undefined;
    for await (const event of this.store.readTenantStreams(tenant, resource.streamPrefix)) {
      if (event.streamId === ended) continue;
      if (!happenedBy(event, moment)) ended = event.streamId;
      else states.set(event.streamId, resource.evolve(states.get(event.streamId) ?? resource.initial, event));
    }
    return states;
  }

  invalid(reason: string, message: string): WindlassError {
    return new WindlassError({ kind: 'invalid', reason, code: this.invalidCode, message });
  }
}
