import { Module } from '@nestjs/common';
import { AgencyDirectoryController } from './agency-directory.controller.js';
import { ShowAgencyStateHandler } from './agency-state.js';

@Module({ controllers: [AgencyDirectoryController], providers: [ShowAgencyStateHandler] })
export class AgencyDirectoryModule {}
