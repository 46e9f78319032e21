import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { FunctionStreams } from '../function/function-streams.js';
import { functionMissing } from '../function/function-urn.js';
import { FunctionRow } from '../function/function.entity.js';
import { EnterpriseProjects } from './enterprise-projects.js';
import { moveFunction } from './move-function.decider.js';

/** Moves a function of the caller's account to another enterprise project. */
export class MoveFunctionCommand extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
    readonly enterpriseProjectId: string,
  ) {
    super();
  }
}

@CommandHandler(MoveFunctionCommand)
export class MoveFunctionHandler implements ICommandHandler<MoveFunctionCommand> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly enterpriseProjects: EnterpriseProjects,
    private readonly clock: Clock,
  ) {}

  /** The caller's project is the one the request named: that it is of the caller's account is known once a function is found. */
  async execute({ caller, urn, enterpriseProjectId }: MoveFunctionCommand): Promise<void> {
    const { projectId, domainId } = caller;
    if (!(await this.dataSource.manager.existsBy(FunctionRow, { projectId, domainId }))) throw functionMissing(urn);
    const { record } = await this.lookup.find(caller, urn);
    await this.enterpriseProjects.requireRoomFor(caller, enterpriseProjectId);
    await this.streams.execute(caller, record, moveFunction, { urn, enterpriseProjectId, now: this.clock.now().toISOString() });
  }
}
