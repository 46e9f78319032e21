import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ListEventsResponse, ShowEventRequest, TestEvent } from '@windlass/contracts/registry/v1/test_event_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { requireTestEvent } from './change-test-event.decider.js';
import { TestEventRow } from './test-event.entity.js';
import type { TestEventRecord } from './test-event.js';

export class ShowTestEventQuery extends Query<TestEvent> {
  constructor(
    readonly caller: Caller,
    readonly request: ShowEventRequest,
  ) {
    super();
  }
}

@QueryHandler(ShowTestEventQuery)
export class ShowTestEventHandler implements IQueryHandler<ShowTestEventQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
  ) {}

  async execute({ caller, request }: ShowTestEventQuery): Promise<TestEvent> {
    const { row } = await this.lookup.locate(caller, request.function_urn);
    const record = requireTestEvent(await testEventsOf(this.dataSource, row.funcId), request.event_id);
    return { ...viewTestEvent(record), content: record.content };
  }
}

export class ListTestEventsQuery extends Query<ListEventsResponse> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
  ) {
    super();
  }
}

@QueryHandler(ListTestEventsQuery)
export class ListTestEventsHandler implements IQueryHandler<ListTestEventsQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
  ) {}

  async execute({ caller, urn }: ListTestEventsQuery): Promise<ListEventsResponse> {
    const { row } = await this.lookup.locate(caller, urn);
    const events = (await testEventsOf(this.dataSource, row.funcId)).map(viewTestEvent);
    return { events, count: events.length, next_marker: events.length };
  }
}

async function testEventsOf({ manager }: DataSource, funcId: string): Promise<TestEventRecord[]> {
  const rows = await manager.find(TestEventRow, { where: { funcId }, order: { createdAt: 'ASC', id: 'ASC' } });
  return rows.map(({ record }) => record);
}

/** As lists show it: without its content. */
export function viewTestEvent({ id, name, modifiedAt }: TestEventRecord): TestEvent {
  return { id, name, ...(modifiedAt !== undefined && { last_modified: Math.floor(Date.parse(modifiedAt) / 1000) }) };
}
