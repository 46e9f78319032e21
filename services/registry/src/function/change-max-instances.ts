import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import type { UpdateFunctionMaxInstanceConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { refusal } from '../refusal.js';
import { changeMaxInstances } from './change-max-instances.decider.js';
import { FunctionLookup } from './function-lookup.js';
import { FunctionStreams } from './function-streams.js';
import { viewFunction } from './function-view.js';
import { activeFunction } from './function.state.js';

export class ChangeMaxInstancesCommand extends Command<FunctionMessage> {
  constructor(
    readonly caller: Caller,
    readonly request: UpdateFunctionMaxInstanceConfigRequest,
  ) {
    super();
  }
}

@CommandHandler(ChangeMaxInstancesCommand)
export class ChangeMaxInstancesHandler implements ICommandHandler<ChangeMaxInstancesCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: ChangeMaxInstancesCommand): Promise<FunctionMessage> {
    const { function_urn: urn, max_instance_num: maxInstances } = request;
    const { record } = await this.lookup.find(caller, urn);
    if (maxInstances === undefined) {
      throw refusal(
        'invalid',
        'FSS.1026',
        'CONCURRENCY_INVALID',
        'max_instance_num is missing. Use 1 to 1000, -1 for no limit, or 0 to disable the function.',
      );
    }
    const state = await this.streams.execute(caller, record, changeMaxInstances, { urn, maxInstances, now: this.clock.now().toISOString() });
    return viewFunction(activeFunction(state));
  }
}
