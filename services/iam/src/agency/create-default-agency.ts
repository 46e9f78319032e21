import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { isWindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller.js';
import { nameKey } from '../name-rule.js';
import { AgencyRow } from './agency.entity.js';
import { CreateAgency } from './create-agency.js';
import { FUNCTION_SERVICE } from './trust.js';

const NAME = 'fgs_default_agency';

/** The agency that functions get when an account asks for one in a word; made once. */
export class CreateDefaultAgency extends Command<AgencyRow> {
  constructor(readonly caller: Caller) {
    super();
  }
}

@CommandHandler(CreateDefaultAgency)
export class CreateDefaultAgencyHandler implements ICommandHandler<CreateDefaultAgency> {
  constructor(
    private readonly commands: CommandBus,
    private readonly dataSource: DataSource,
  ) {}

  async execute({ caller }: CreateDefaultAgency): Promise<AgencyRow> {
    return (await this.find(caller)) ?? (await this.create(caller));
  }

  private find({ domainId }: Caller): Promise<AgencyRow | null> {
    return this.dataSource.manager.findOneBy(AgencyRow, { domainId, nameKey: nameKey(NAME) });
  }

  private async create(caller: Caller): Promise<AgencyRow> {
    const description = 'Lets functions act in the account, with the permissions granted to this agency.';
    try {
      return await this.commands.execute(new CreateAgency(caller, { name: NAME, description, duration: undefined, trusted: { id: '', name: FUNCTION_SERVICE } }));
    } catch (error) {
      // Somebody else asked at the same time.
      const theirs = isWindlassError(error) && error.reason === 'AGENCY_EXISTS' ? await this.find(caller) : null;
      if (theirs === null) throw error;
      return theirs;
    }
  }
}
