import { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  CreateEventRequest,
  DeleteEventRequest,
  DeleteEventResponse,
  ListEventsRequest,
  ListEventsResponse,
  ShowEventRequest,
  TestEvent,
  UpdateEventRequest,
} from '@windlass/contracts/registry/v1/test_event_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller/caller.js';
import { ListPastTestEventsQuery, ShowPastTestEventQuery } from '../history/read-past-test-events.js';
import { CreateTestEventCommand, DeleteTestEventCommand, ReplaceTestEventCommand } from './change-test-event.js';
import { ListTestEventsQuery, ShowTestEventQuery } from './show-test-event.js';

const SERVICE = 'TestEventService';

@Controller()
export class TestEventController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'listEvents')
  listEvents(request: ListEventsRequest, metadata: Metadata): Promise<ListEventsResponse> {
    const caller = this.caller(request, metadata);
    const { function_urn: urn, as_of: asOf } = request;
    return this.queries.execute(asOf === undefined ? new ListTestEventsQuery(caller, urn) : new ListPastTestEventsQuery(caller, urn, asOf));
  }

  @GrpcMethod(SERVICE, 'createEvent')
  createEvent(request: CreateEventRequest, metadata: Metadata): Promise<TestEvent> {
    return this.commands.execute(new CreateTestEventCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'showEvent')
  showEvent(request: ShowEventRequest, metadata: Metadata): Promise<TestEvent> {
    const caller = this.caller(request, metadata);
    const { as_of: asOf } = request;
    return this.queries.execute(asOf === undefined ? new ShowTestEventQuery(caller, request) : new ShowPastTestEventQuery(caller, request, asOf));
  }

  @GrpcMethod(SERVICE, 'updateEvent')
  updateEvent(request: UpdateEventRequest, metadata: Metadata): Promise<TestEvent> {
    return this.commands.execute(new ReplaceTestEventCommand(this.caller(request, metadata), request));
  }

  @GrpcMethod(SERVICE, 'deleteEvent')
  async deleteEvent(request: DeleteEventRequest, metadata: Metadata): Promise<DeleteEventResponse> {
    await this.commands.execute(new DeleteTestEventCommand(this.caller(request, metadata), request));
    return {};
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return callerOf(this.calls.read(metadata), request.project_id);
  }
}
