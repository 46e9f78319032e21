import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CreateEventRequest, DeleteEventRequest, TestEvent, UpdateEventRequest } from '@windlass/contracts/registry/v1/test_event_service';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { FunctionStreams } from '../function/function-streams.js';
import type { FunctionState } from '../function/function.state.js';
import { createTestEvent, deleteTestEvent, replaceTestEvent, requireTestEvent } from './change-test-event.decider.js';
import { requireTestEventContent, requireTestEventName } from './test-event.js';

export class CreateTestEventCommand extends Command<TestEvent> {
  constructor(
    readonly caller: Caller,
    readonly request: CreateEventRequest,
  ) {
    super();
  }
}

@CommandHandler(CreateTestEventCommand)
export class CreateTestEventHandler implements ICommandHandler<CreateTestEventCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: CreateTestEventCommand): Promise<TestEvent> {
    const { function_urn: urn } = request;
    const { record } = await this.lookup.find(caller, urn);
    const id = randomUUID();
    const fields = { name: requireTestEventName(request.name), content: requireTestEventContent(request.content) };
    return nameOf(await this.streams.execute(caller, record, createTestEvent, { urn, id, ...fields, now: this.clock.now().toISOString() }), id);
  }
}

export class ReplaceTestEventCommand extends Command<TestEvent> {
  constructor(
    readonly caller: Caller,
    readonly request: UpdateEventRequest,
  ) {
    super();
  }
}

@CommandHandler(ReplaceTestEventCommand)
export class ReplaceTestEventHandler implements ICommandHandler<ReplaceTestEventCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: ReplaceTestEventCommand): Promise<TestEvent> {
    const { function_urn: urn, event_id: id } = request;
    const { record } = await this.lookup.find(caller, urn);
    const name = request.name === '' ? undefined : requireTestEventName(request.name);
    const command = { urn, id, name, content: requireTestEventContent(request.content), now: this.clock.now().toISOString() };
    return nameOf(await this.streams.execute(caller, record, replaceTestEvent, command), id);
  }
}

export class DeleteTestEventCommand extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly request: DeleteEventRequest,
  ) {
    super();
  }
}

@CommandHandler(DeleteTestEventCommand)
export class DeleteTestEventHandler implements ICommandHandler<DeleteTestEventCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
  ) {}

  async execute({ caller, request }: DeleteTestEventCommand): Promise<void> {
    const { function_urn: urn, event_id: id } = request;
    const { record } = await this.lookup.find(caller, urn);
    await this.streams.execute(caller, record, deleteTestEvent, { urn, id });
  }
}

/** What the documented API answers to a change: which event, and its name. */
function nameOf(state: FunctionState, id: string): TestEvent {
  const { name } = requireTestEvent(state.status === 'active' ? state.testEvents : [], id);
  return { id, name };
}
