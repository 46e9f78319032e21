import type { DomainEvent, StoredEvent } from '@windlass/event-store';

/** A resource as it is after some event, in the words of its own API. */
export interface ResourceView {
  /** As tenants name it: a URN or an id. */
  readonly id: string;
  readonly name: string;
  /** Empty for what lies in no project. */
  readonly projectId: string;
  /** JSON values; `undefined` members do not count. */
  readonly fields: object;
}

/** One kind of resource that a service keeps as a stream of events, as its history is told. */
export interface HistoryResource<S = unknown> {
  /** What the resource is called in the audit trail, such as "function". */
  readonly type: string;
  /** Beginning of the ids of its streams, which no other kind shares. */
  readonly streamPrefix: string;
  /** The stream of the resource that tenants name so; undefined when nothing can have that name. */
  readonly streamOf: (id: string) => string | undefined;
  readonly initial: S;
  /** The service's own `evolve`, or one that keeps more for the view. Pure; fails on events it does not know. */
  evolve(state: S, event: StoredEvent): S;
  /** Undefined while the resource does not exist. */
  view(state: S): ResourceView | undefined;
  /** Fields whose values the audit trail does not repeat: tenants put secrets into them. */
  readonly hidden?: readonly string[];
  /** Members of its events' data, at any depth, that hold those values: sealed before an event leaves the service. */
  readonly secret?: readonly string[];
}

/** A HistoryResource whose types are its own affair: that a stream holds the events of its kind is the service's word. */
export function historyResource<S, E extends DomainEvent>(
  resource: Omit<HistoryResource<S>, 'evolve'> & { evolve(state: S, event: StoredEvent<E>): S },
): HistoryResource<S> {
  return resource as unknown as HistoryResource<S>;
}
