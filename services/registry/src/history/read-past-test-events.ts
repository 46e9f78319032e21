import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ListEventsResponse, ShowEventRequest, TestEvent } from '@windlass/contracts/registry/v1/test_event_service';
import type { Caller } from '../caller/caller.js';
import { requireTestEvent } from '../test-event/change-test-event.decider.js';
import { viewTestEvent } from '../test-event/show-test-event.js';
import { PastFunctions } from './past-functions.js';
import { byText } from './read-past-functions.js';

/** What ShowTestEventQuery would have answered then. */
export class ShowPastTestEventQuery extends Query<TestEvent> {
  constructor(
    readonly caller: Caller,
    readonly request: ShowEventRequest,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ShowPastTestEventQuery)
export class ShowPastTestEventHandler implements IQueryHandler<ShowPastTestEventQuery> {
  constructor(private readonly past: PastFunctions) {}

  async execute({ caller, request, asOf }: ShowPastTestEventQuery): Promise<TestEvent> {
    const { state } = await this.past.locate(caller, request.function_urn, await this.past.moment(caller, asOf));
    const record = requireTestEvent(state.testEvents, request.event_id);
    return { ...viewTestEvent(record), content: record.content };
  }
}

/** What ListTestEventsQuery would have answered then. */
export class ListPastTestEventsQuery extends Query<ListEventsResponse> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ListPastTestEventsQuery)
export class ListPastTestEventsHandler implements IQueryHandler<ListPastTestEventsQuery> {
  constructor(private readonly past: PastFunctions) {}

  async execute({ caller, urn, asOf }: ListPastTestEventsQuery): Promise<ListEventsResponse> {
    const { state } = await this.past.locate(caller, urn, await this.past.moment(caller, asOf));
    const events = state.testEvents.toSorted((a, b) => byText(a.createdAt, b.createdAt) || byText(a.id, b.id)).map(viewTestEvent);
    return { events, count: events.length, next_marker: events.length };
  }
}
