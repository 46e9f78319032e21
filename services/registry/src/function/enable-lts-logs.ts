import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Caller } from '../caller/caller.js';
import { FunctionLogs } from './function-logs.js';

export class EnableLtsLogsCommand extends Command<void> {
  constructor(readonly caller: Caller) {
    super();
  }
}

@CommandHandler(EnableLtsLogsCommand)
export class EnableLtsLogsHandler implements ICommandHandler<EnableLtsLogsCommand> {
  constructor(private readonly logs: FunctionLogs) {}

  /** There is no switch to keep: functions write logs unless they say otherwise, and the first one makes the group too. */
  execute({ caller }: EnableLtsLogsCommand): Promise<void> {
    return this.logs.enable(caller);
  }
}
