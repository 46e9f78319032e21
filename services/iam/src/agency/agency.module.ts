import { Module } from '@nestjs/common';
import { AgencyDirectoryController } from './agency-directory.controller.js';
import { ShowAgencyStateHandler } from './agency-state.js';
import { AgencyController } from './agency.controller.js';
import { AgencyAssumption } from './assume-agency.js';
import { ChangeAgencyHandler } from './change-agency.js';
import { CreateAgencyHandler } from './create-agency.js';
import { CreateDefaultAgencyHandler } from './create-default-agency.js';
import { DeleteAgencyHandler } from './delete-agency.js';
import { ListAgenciesHandler } from './list-agencies.js';

@Module({
  controllers: [AgencyController, AgencyDirectoryController],
  providers: [AgencyAssumption, CreateAgencyHandler, ChangeAgencyHandler, CreateDefaultAgencyHandler, DeleteAgencyHandler, ListAgenciesHandler, ShowAgencyStateHandler],
  exports: [AgencyAssumption],
})
export class AgencyModule {}
